using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Crm.Entities.Types;
using Crm.Tests.Fixtures;
using Crm.Tests.Platform.Mail;
using SmtpServer.Protocol;

namespace Crm.Tests.Program;

/// <summary>SIGKILL while a campaign is sent through a mail server that is slow and often says no: nobody gets it twice, nobody who said no gets it.</summary>
[Collection(Sequential.Name)]
public sealed class CampaignKillTests : ProgramTests
{
    private const string Purpose = "news";

    /// <summary>One party in so many is of each kind, and all others of the usual one.</summary>
    private const int Every = 20;

    private static readonly ParallelOptions EightAtOnce = new() { MaxDegreeOfParallelism = 8 };

    private static readonly string[] Ends = ["sent", "softBounced", "hardBounced", "unknown", "skipped"];

    /// <summary>What is special about a party.</summary>
    private enum Kind
    {
        Shared,
        Withdrawn,
        Silent,
        Suppressed,
        WithoutAddress,
        InOtherLetters,
        Refused,
        Deferred,
        DeferredForGood,
        Usual,
    }

    private sealed record Invited(int Number, Kind Kind)
    {
        /// <summary>Two share one.</summary>
        public string Address => Kind switch
        {
            Kind.InOtherLetters => $"用户{Number}@example.com",
            Kind.Shared => $"shared{Number / (2 * Every)}@example.com",
            _ => $"{Kind.ToString().ToLowerInvariant()}{Number}@example.com",
        };
    }

    [Fact]
    public Task Kill_WhileACampaignIsSent_SendsNothingTwice() => KillAndCheckAsync(parties: 300, kills: 2);

    [Fact, Trait("Category", "Long")]
    public Task Kill_OverAndOverWhileALargeCampaignIsSent_SendsNothingTwice() => KillAndCheckAsync(parties: 5_000, kills: 8);

    private async Task KillAndCheckAsync(int parties, int kills)
    {
        await using var server = new MailServer { Delay = TimeSpan.FromMilliseconds(30) };
        var asked = new ConcurrentDictionary<string, int>();
        server.AnswerTo = address => Answer(address, asked.AddOrUpdate(address, 1, (_, times) => times + 1));
        (string, string)[] settings =
            [("Mail__Host", "127.0.0.1"), ("Mail__Port", $"{server.Port}"), ("Mail__Security", "None"), ("Campaigns__RetrySeconds", "1"), ("Campaigns__ClaimSeconds", "5")];
        Invited[] invited = [.. Enumerable.Range(0, parties).Select(number => new Invited(number, (Kind)Math.Min(number % Every, (int)Kind.Usual)))];

        var crm = await CrmProcess.StartAsync(Data, settings);
        try
        {
            var campaign = await DraftAsync(crm, invited);
            await PostAsync(crm, $"campaigns/{campaign}/launch", null);
            for (var kill = 1; kill <= kills; kill++)
            {
                var enough = parties * kill / (2 * (kills + 1));
                await Eventually.GetAsync(() => Task.FromResult(server.Taken.Count), taken => taken >= enough, $"{enough} mails are out");
                await crm.KillAsync();
                await crm.DisposeAsync();
                crm = await CrmProcess.StartAsync(Data, settings);
            }

            var deadline = TimeProvider.System.GetUtcNow().AddMinutes(parties > 1000 ? 20 : 5);
            while ((string?)(await GetAsync(crm, $"campaigns/{campaign}"))["status"] != "completed")
            {
                Assert.True(TimeProvider.System.GetUtcNow() < deadline, $"The campaign does not end: {await GetAsync(crm, $"campaigns/{campaign}/effect")}");
                await Task.Delay(200);
            }

            await CheckAsync(crm, campaign, invited, server);
        }
        finally
        {
            await crm.DisposeAsync();
        }
    }

    private static SmtpResponse Answer(string address, int times) => address switch
    {
        _ when address.StartsWith("refused", StringComparison.Ordinal) => new SmtpResponse(SmtpReplyCode.MailboxUnavailable, "nobody here"),
        _ when address.StartsWith("deferredforgood", StringComparison.Ordinal) || (times == 1 && address.StartsWith("deferred", StringComparison.Ordinal)) => new SmtpResponse((SmtpReplyCode)451, "not now"),
        _ => SmtpResponse.Ok,
    };

    private static async Task<string> DraftAsync(CrmProcess crm, IEnumerable<Invited> invited)
    {
        await Parallel.ForEachAsync(invited, EightAtOnce, async (party, _) =>
        {
            var lead = await PostAsync(crm, "leads", new JsonObject { ["lastName"] = "Lead", ["industry"] = Purpose, ["email"] = party.Kind == Kind.WithoutAddress ? null : party.Address });
            if (party.Kind != Kind.Silent)
                await SayAsync(crm, lead, "granted");
            if (party.Kind == Kind.Withdrawn)
                await SayAsync(crm, lead, "withdrawn");
            if (party.Kind == Kind.Suppressed)
                await PostAsync(crm, "suppressions", new JsonObject { ["addressHash"] = Suppression.HashOf(party.Address) });
        });
        var template = await PostAsync(crm, "email-templates", new JsonObject { ["name"] = "News", ["subject"] = "News", ["bodyHtml"] = "<p>{{ lead.lastName }}</p>" });
        var segment = await PostAsync(crm, "segments", new JsonObject { ["name"] = "Leads", ["entity"] = "leads", ["filter"] = $"industry eq '{Purpose}'" });
        return await PostAsync(crm, "campaigns", new JsonObject
        {
            ["name"] = "News",
            ["campaignType"] = "newsletter",
            ["segmentIds"] = new JsonArray(segment),
            ["messages"] = new JsonArray(new JsonObject { ["templateId"] = template }),
            ["consentPurpose"] = Purpose,
        });
    }

    private static async Task CheckAsync(CrmProcess crm, string campaign, Invited[] invited, MailServer server)
    {
        var got = server.Taken.Select(mail => mail.To.Mailboxes.Single().Address).ToList();
        Assert.Equal(got.Distinct(), got);
        Kind[] nothing = [Kind.Withdrawn, Kind.Silent, Kind.Suppressed, Kind.WithoutAddress, Kind.Refused, Kind.DeferredForGood];
        Assert.Empty(invited.Where(party => nothing.Contains(party.Kind)).Select(party => party.Address).Intersect(got));

        var recipients = new List<JsonObject>();
        for (var next = $"/api/v1/campaigns/{campaign}/recipients?maxpagesize=200"; next is not null;)
        {
            var page = (await crm.Client.GetFromJsonAsync<JsonObject>(next))!;
            recipients.AddRange(page["value"]!.AsArray().Select(recipient => recipient!.AsObject()));
            next = (string?)page["nextLink"];
        }

        var ends = recipients.ToLookup(recipient => (string)recipient["status"]!);
        Assert.Empty(ends.Select(end => end.Key).Except(Ends));
        Assert.Equal(invited.Length, recipients.Count);
        Assert.Empty(ends["sent"].Select(recipient => (string)recipient["address"]!).Except(got));
        Assert.Empty(got.Except(ends["sent"].Concat(ends["unknown"]).Select(recipient => (string)recipient["address"]!)));

        var effect = await GetAsync(crm, $"campaigns/{campaign}/effect");
        Assert.Equal((invited.Length, 0), ((int)effect["audience"]!, (int)effect["open"]!));
        Assert.All(Ends[..4], end => Assert.Equal(ends[end].Count(), (int)effect[end]!));
        var reasons = ends["skipped"].CountBy(recipient => (string)recipient["skipReason"]!).OrderBy(reason => reason.Key, StringComparer.Ordinal);
        Assert.Equal(reasons, effect["skipped"]!.AsObject().Select(reason => KeyValuePair.Create(reason.Key, (int)reason.Value!)).OrderBy(reason => reason.Key, StringComparer.Ordinal));
    }

    private static Task<string> SayAsync(CrmProcess crm, string lead, string state) => PostAsync(crm, "consents", new JsonObject
    {
        ["partyRef"] = new JsonObject { ["type"] = "leads", ["id"] = lead },
        ["channel"] = "email",
        ["purpose"] = Purpose,
        ["state"] = state,
    });

    private static async Task<string> PostAsync(CrmProcess crm, string path, JsonNode? body)
    {
        using var response = await crm.Client.PostAsync($"/api/v1/{path}", body is null ? null : JsonContent.Create(body));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return (string)JsonNode.Parse(text)!["id"]!;
    }

    private static async Task<JsonObject> GetAsync(CrmProcess crm, string path) => (await crm.Client.GetFromJsonAsync<JsonObject>($"/api/v1/{path}"))!;
}
