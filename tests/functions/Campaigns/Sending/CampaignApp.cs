using System.Text.Json.Nodes;
using Crm.Campaigns.Sending;
using Crm.Tests.Fixtures;
using Crm.Tests.Platform.Mail;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.Campaigns.Sending;

/// <summary>An app with a mail server of its own, in which sending is tried again after a second.</summary>
public sealed class CampaignApp : CrmApp
{
    internal MailServer Mail { get; } = new();

    protected override IEnumerable<string> Settings =>
        [.. base.Settings, "--Mail:Host=127.0.0.1", $"--Mail:Port={Mail.Port}", "--Mail:Security=None", "--Campaigns:RetrySeconds=1"];

    /// <summary>To whom mails went out whose subject begins so.</summary>
    public IReadOnlyList<string> SentTo(string subject) =>
        [.. Mail.Taken.Where(mail => mail.Subject?.StartsWith(subject, StringComparison.Ordinal) == true).Select(mail => mail.To.Mailboxes.Single().Address).Order(StringComparer.Ordinal)];

    /// <summary>A contact with an address, who has agreed to be written to unless said otherwise.</summary>
    public async Task<JsonObject> ContactAsync(string address, string purpose, string? consent = "granted")
    {
        var contact = await CreateAsync("contacts", ("emails", new JsonArray(new JsonObject { ["address"] = address, ["isPrimary"] = true })));
        if (consent is not null)
            await SayAsync(contact, purpose, consent);
        return contact;
    }

    /// <summary>A party says something to being written to.</summary>
    public Task<JsonObject> SayAsync(JsonObject party, string purpose, string consent) => CreateAsync(
        "consents", ("partyRef", new JsonObject { ["type"] = party["type"]!.DeepClone(), ["id"] = party.Id() }), ("channel", "email"), ("purpose", purpose), ("state", consent));

    public async Task<JsonObject> SegmentAsync(string entity, params IEnumerable<JsonObject> members) => await CreateAsync(
        "segments", ("entity", entity), ("kind", "static"), ("filter", null), ("memberIds", new JsonArray([.. members.Select(member => (JsonNode)member.Id())])));

    /// <summary>A campaign of one message, with these fields changed.</summary>
    public async Task<JsonObject> CampaignAsync(string subject, string purpose, JsonObject[] segments, params (string Field, JsonNode? Value)[] changes)
    {
        var template = await CreateAsync("email-templates", ("subject", subject), ("bodyHtml", "<p>{{ contact.lastName }}</p>"), ("bodyText", "Hei"));
        return await CreateAsync("campaigns",
        [
            ("segmentIds", new JsonArray([.. segments.Select(segment => (JsonNode)segment.Id())])),
            ("excludeSegmentIds", new JsonArray()),
            ("consentPurpose", purpose),
            ("messages", new JsonArray(new JsonObject { ["templateId"] = template.Id() })),
            ("throttlePerMinute", null),
            ("startAt", null),
            ("endAt", null),
            .. changes,
        ]);
    }

    public async Task<Answer> ActAsync(JsonObject campaign, string action) => await SendAsync("POST", $"{campaign.Path()}/{action}");

    /// <summary>The campaign, once it has this status.</summary>
    public Task<JsonObject> EventuallyAsync(JsonObject campaign, string status) =>
        Eventually.GetAsync(async () => (await this.ReadAsync(campaign)).Json, read => (string?)read["status"] == status, $"the campaign {campaign.Id()} is {status}");

    /// <summary>All recipients, page by page.</summary>
    public async Task<IReadOnlyList<JsonObject>> RecipientsAsync(JsonObject campaign, string query = "")
    {
        var all = new List<JsonObject>();
        for (string? next = $"{campaign.Path()}/recipients{query}"; next is not null;)
        {
            var page = (await SendAsync("GET", next)).Expect(200).Json;
            all.AddRange(page["value"]!.AsArray().Select(recipient => recipient!.AsObject()));
            next = (string?)page["nextLink"];
        }

        return all;
    }

    /// <summary>How many recipients there are of each status, with the reason where they were skipped.</summary>
    public async Task<string> StatusesAsync(JsonObject campaign) => string.Join(", ", (await RecipientsAsync(campaign))
        .CountBy(recipient => (string?)recipient["skipReason"] ?? (string)recipient["status"]!)
        .OrderBy(count => count.Key, StringComparer.Ordinal)
        .Select(count => $"{count.Key} {count.Value}"));

    /// <summary>The totals are what counting the recipients again gives.</summary>
    public async Task ExpectTotalsAsync(JsonObject campaign)
    {
        await using var scope = Services.CreateAsyncScope();
        var totals = await scope.ServiceProvider.GetRequiredService<CampaignTotals>().SumAsync("default", campaign.Id(), default);
        var all = await scope.ServiceProvider.GetRequiredService<Recipients>().PageAsync("default", campaign.Id(), null, "", 10_000, default);
        Assert.Empty(totals.Minus(RecipientCounts.Sum(all.Select(RecipientCounts.Of))).Values);
    }
}
