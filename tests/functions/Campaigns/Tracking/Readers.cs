using System.Net;
using System.Text.Json.Nodes;
using Crm.Campaigns.Sending;
using Crm.Campaigns.Tracking;
using Crm.Entities;
using Crm.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.Campaigns.Tracking;

/// <summary>People who were sent a mail, and what they do with it: without signing in, as a browser or a mail provider would.</summary>
internal static class Readers
{
    public const string Purpose = "newsletter";

    /// <summary>A contact who has agreed and was sent a mail of a campaign.</summary>
    public static async Task<Recipient> NewReaderAsync(this CrmApp app, RecipientStatus status = RecipientStatus.Sent)
    {
        var contact = await app.CreateAsync("contacts");
        await app.SayAsync(contact, "granted");
        var campaign = Guid.NewGuid().ToString();
        var id = RecipientKey.IdOf(campaign, "message", "ada@example.com");
        var recipient = new Recipient(id, "default", campaign, "message", new RecordLink { Type = "contacts", Id = contact.Id() }, "ada@example.com", status) { SentAt = DateTimeOffset.UnixEpoch };
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<CampaignTotals>().EnsureAsync("default", campaign, default);
        Assert.True(await scope.ServiceProvider.GetRequiredService<Recipients>().CreateAsync([recipient], default));
        return recipient;
    }

    /// <summary>A consent of a contact, as an employee would enter it.</summary>
    public static Task<JsonObject> SayAsync(this CrmApp app, JsonNode contact, string state) => app.CreateAsync(
        "consents", ("partyRef", new JsonObject { ["type"] = "contacts", ["id"] = contact.Id() }), ("purpose", Purpose), ("state", state));

    public static async Task<Recipient> RecipientAsync(this CrmApp app, Recipient recipient)
    {
        await using var scope = app.Services.CreateAsyncScope();
        return (await scope.ServiceProvider.GetRequiredService<Recipients>().FindAsync(recipient.Key, default))!.Recipient;
    }

    public static async Task<RecipientCounts> CountsAsync(this CrmApp app, Recipient recipient)
    {
        await using var scope = app.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<CampaignTotals>().SumAsync(recipient.TenantId, recipient.CampaignId, default);
    }

    /// <summary>What somebody has said, in their own order: the state of each consent.</summary>
    public static async Task<IReadOnlyList<JsonObject>> ConsentsAsync(this CrmApp app, string contactId) =>
        [.. (await app.ListAsync("consents", ("filter", $"partyRef/id eq '{contactId}'"), ("orderby", "createdAt"))).Expect(200).Json["value"]!.AsArray().Select(row => (JsonObject)row!)];

    public static IEnumerable<string?> States(this IEnumerable<JsonObject> consents) => consents.Select(consent => (string?)consent["state"]);

    public static RecipientLinks Links(this CrmApp app) => app.Services.GetRequiredService<RecipientLinks>();

    /// <summary>A client that follows nothing by itself, and has no token.</summary>
    public static HttpClient NewReader(this CrmApp app) => new(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = app.Client.BaseAddress };

    public static async Task<(HttpStatusCode Status, string Text, HttpResponseMessage Response)> CallAsync(this CrmApp app, string method, string path, HttpContent? body = null, params (string Name, string Value)[] headers)
    {
        using var client = app.NewReader();
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body };
        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        var response = await client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(), response);
    }

    /// <summary>What a mail program posts where its user presses "unsubscribe".</summary>
    public static FormUrlEncodedContent OneClick() => new([KeyValuePair.Create("List-Unsubscribe", "One-Click")]);
}
