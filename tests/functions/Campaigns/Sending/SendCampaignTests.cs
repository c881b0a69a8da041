using System.Text.Json.Nodes;
using Crm.Entities.Types;
using Crm.Tests.Fixtures;
using SmtpServer.Protocol;

namespace Crm.Tests.Campaigns.Sending;

/// <summary>Campaigns from launch to end, against a mail server.</summary>
public sealed class SendCampaignTests(CampaignApp app) : IClassFixture<CampaignApp>
{
    private readonly string _mark = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Launch_SendsToEverybodyOnce_AndSaysWhyNotToTheOthers()
    {
        var suppressed = await app.ContactAsync($"suppressed@{_mark}.example", _mark);
        await app.CreateAsync("suppressions", ("addressHash", Suppression.HashOf($"suppressed@{_mark}.example")));
        var withdrawn = await app.ContactAsync($"withdrawn@{_mark}.example", _mark);
        await app.SayAsync(withdrawn, _mark, "withdrawn");
        var silent = await app.ContactAsync($"silent@{_mark}.example", _mark, consent: null);
        var pending = await app.ContactAsync($"pending@{_mark}.example", _mark, "pending");
        var none = await app.CreateAsync("contacts", ("emails", new JsonArray()));
        var first = await app.ContactAsync($"both@{_mark}.example", _mark);
        var second = await app.ContactAsync($"both@{_mark}.example", _mark);
        var lead = await app.CreateAsync("leads", ("email", $"Lead@{_mark}.example"));
        await app.SayAsync(lead, _mark, "granted");
        var account = await app.CreateAsync("accounts", ("email", $"account@{_mark}.example"));
        var customer = await app.CreateAsync("customers", ("kind", "enterprise"), ("accountId", account.Id()), ("contactId", null));
        await app.SayAsync(account, _mark, "granted");
        var excluded = await app.ContactAsync($"excluded@{_mark}.example", _mark);
        var excludedLead = await app.CreateAsync("leads", ("email", $"excluded@{_mark}.example"));
        JsonObject[] segments =
        [
            await app.SegmentAsync("contacts", suppressed, withdrawn, silent, pending, none, first, second, excluded),
            await app.SegmentAsync("leads", lead),
            await app.SegmentAsync("customers", customer),
        ];
        var campaign = await app.CampaignAsync(_mark, _mark, segments, ("excludeSegmentIds", new JsonArray(await IdAsync(app.SegmentAsync("leads", excludedLead)))));

        (await app.ActAsync(campaign, "launch")).Expect(202);
        var done = await app.EventuallyAsync(campaign, "completed");

        Assert.Equal([$"account@{_mark}.example", $"both@{_mark}.example", $"lead@{_mark}.example"], app.SentTo(_mark));
        Assert.Equal("duplicateAddress 1, missingAddress 1, noConsent 2, sent 3, suppressed 1, unsubscribed 1", await app.StatusesAsync(campaign));
        Assert.Equal((9, 6, 3), ((int)done["audience"]!, (int)done["skipped"]!, (int)done["sent"]!));
        await app.ExpectTotalsAsync(campaign);
    }

    [Fact]
    public async Task Launch_WithAWithdrawalByAnotherWithTheAddress_SkipsIt()
    {
        var contact = await app.ContactAsync($"shared@{_mark}.example", _mark);
        var lead = await app.CreateAsync("leads", ("email", $"shared@{_mark}.example"));
        await app.SayAsync(lead, _mark, "withdrawn");
        var campaign = await app.CampaignAsync(_mark, _mark, [await app.SegmentAsync("contacts", contact)]);

        (await app.ActAsync(campaign, "launch")).Expect(202);
        await app.EventuallyAsync(campaign, "completed");

        Assert.Empty(app.SentTo(_mark));
        Assert.Equal("unsubscribed 1", await app.StatusesAsync(campaign));
    }

    [Fact]
    public async Task Launch_OfADynamicSegment_ReachesWhoeverMeetsItsFilter_AndNobodyCreatedLater()
    {
        var members = new List<JsonObject>();
        for (var i = 0; i < 3; i++)
            members.Add(await app.CreateAsync("leads", ("email", $"{i}@{_mark}.example"), ("industry", _mark)));
        var segment = await app.CreateAsync("segments", ("entity", "leads"), ("kind", "dynamic"), ("filter", $"industry eq '{_mark}'"), ("memberIds", new JsonArray()));
        var campaign = await app.CampaignAsync(_mark, _mark, [segment], ("campaignType", "transactional"), ("messages", null));
        var template = await app.CreateAsync("email-templates", ("subject", _mark), ("bodyHtml", "<p>{{ lead.email }}</p>"));
        var inAnHour = TimeProvider.System.GetUtcNow().AddHours(1);
        JsonNode[] messages = [new JsonObject { ["templateId"] = template.Id() }, new JsonObject { ["templateId"] = template.Id(), ["sendAt"] = inAnHour.ToString("O") }];
        (await app.SendAsync("PATCH", campaign.Path(), new JsonObject { ["messages"] = new JsonArray(messages) }, ("If-Match", "*"))).Expect(200);

        (await app.ActAsync(campaign, "launch")).Expect(202);
        await app.CreateAsync("leads", ("email", $"late@{_mark}.example"), ("industry", _mark));
        await Eventually.GetAsync(() => app.StatusesAsync(campaign), statuses => statuses == "pending 3, sent 3", "the first message is with everybody");

        Assert.Equal(3, app.SentTo(_mark).Count);
        Assert.Equal("sending", (string?)(await app.ReadAsync(campaign)).Json["status"]);
        (await app.ActAsync(campaign, "cancel")).Expect(200);
        await Eventually.GetAsync(() => app.StatusesAsync(campaign), statuses => statuses == "cancelled 3, sent 3", "what was not sent is cancelled");
    }

    [Theory]
    [InlineData(550, "hardBounced", 1)]
    [InlineData(451, "softBounced", 4)]
    public async Task Launch_WhereTheServerRefuses_EndsBounced(int code, string status, int times)
    {
        var asked = 0;
        app.Mail.AnswerTo = address => !address.EndsWith($"{_mark}.example", StringComparison.Ordinal) ? SmtpResponse.Ok
            : Interlocked.Increment(ref asked) > 0 ? new SmtpResponse((SmtpReplyCode)code, "no") : SmtpResponse.Ok;
        var campaign = await app.CampaignAsync(_mark, _mark, [await app.SegmentAsync("contacts", await app.ContactAsync($"a@{_mark}.example", _mark))]);

        (await app.ActAsync(campaign, "launch")).Expect(202);
        var done = await app.EventuallyAsync(campaign, "completed");

        Assert.Equal((times, 1), (asked, (int)done[status]!));
        Assert.Equal($"{status} 1", await app.StatusesAsync(campaign));
        var suppressions = (await app.SendAsync("GET", $"/api/v1/suppressions?filter=addressHash eq '{Suppression.HashOf($"a@{_mark}.example")}'")).Expect(200).Json["value"]!.AsArray();
        Assert.Equal(code == 550 ? ["hardBounce"] : [], suppressions.Select(suppression => (string?)suppression!["reason"]));
    }

    [Fact]
    public async Task Launch_OfATemplateThatCannotBeRendered_IsRefused_AndOfAnyFurtherReasonToo()
    {
        var template = await app.CreateAsync("email-templates", ("subject", "{% for a in (1..1000) %}{% for b in (1..1000) %}x{% endfor %}{% endfor %}"), ("bodyHtml", "<p>Hi</p>"));
        var campaign = await app.CampaignAsync(
            _mark, _mark, [await app.SegmentAsync("contacts", await app.ContactAsync($"a@{_mark}.example", _mark))],
            ("campaignType", "sms"), ("messages", new JsonArray(new JsonObject { ["templateId"] = template.Id() })));

        Assert.Equal(["#/campaignType not-sendable", "#/messages/0/templateId liquid"], (await app.ActAsync(campaign, "launch")).Expect(422).Errors);

        Assert.Equal("draft", (string?)(await app.ReadAsync(campaign)).Json["status"]);
        Assert.Empty(await app.RecipientsAsync(campaign));
    }

    [Fact]
    public async Task Launch_Twice_IsOneLaunch_AndWhatWasCheckedStays()
    {
        var campaign = await app.CampaignAsync(_mark, _mark, [await app.SegmentAsync("contacts", await app.ContactAsync($"a@{_mark}.example", _mark))]);

        (await app.ActAsync(campaign, "launch")).Expect(202);
        (await app.ActAsync(campaign, "launch")).Expect(200);
        var refused = await app.SendAsync("PATCH", campaign.Path(), new JsonObject { ["consentPurpose"] = "other", ["messages"] = new JsonArray() }, ("If-Match", "*"));
        await app.EventuallyAsync(campaign, "completed");

        Assert.Equal(["#/consentPurpose launched", "#/messages launched"], refused.Expect(422).Errors.Order(StringComparer.Ordinal));
        Assert.Equal([$"a@{_mark}.example"], app.SentTo(_mark));
        Assert.Equal("invalid-transition", (string?)(await app.ActAsync(campaign, "pause")).Expect(409).Json["code"]);
    }

    [Fact]
    public async Task Pause_StopsTheSending_AndAWithdrawalMeanwhileIsHeard()
    {
        var members = new List<JsonObject>();
        for (var i = 0; i < 12; i++)
            members.Add(await app.ContactAsync($"{i}@{_mark}.example", _mark));
        var campaign = await app.CampaignAsync(_mark, _mark, [await app.SegmentAsync("contacts", members)], ("throttlePerMinute", 6));

        (await app.ActAsync(campaign, "launch")).Expect(202);
        await Eventually.GetAsync(() => Task.FromResult(app.SentTo(_mark)), sent => sent.Count > 0, "the first mail is out");
        (await app.ActAsync(campaign, "pause")).Expect(200);
        (await app.ActAsync(campaign, "pause")).Expect(200);

        // What was claimed before the pause is through when nothing is claimed any more.
        await Eventually.GetAsync(() => app.RecipientsAsync(campaign, "?status=claimed"), claimed => claimed.Count == 0, "nothing is being sent");
        var waiting = await app.RecipientsAsync(campaign, "?status=pending");
        var (sent, withdrawn) = (app.SentTo(_mark), members.First(member => member.Id() == (string?)waiting[0]["partyRef"]!["id"]));
        await app.SayAsync(withdrawn, _mark, "withdrawn");
        Assert.Equal(12, sent.Count + waiting.Count);

        (await app.SendAsync("PATCH", campaign.Path(), new JsonObject { ["throttlePerMinute"] = null }, ("If-Match", "*"))).Expect(200);
        (await app.ActAsync(campaign, "resume")).Expect(202);
        await app.EventuallyAsync(campaign, "completed");

        Assert.Equal("sent 11, unsubscribed 1", await app.StatusesAsync(campaign));
        Assert.DoesNotContain((string?)waiting[0]["address"], app.SentTo(_mark));
        Assert.Equal(11, app.SentTo(_mark).Distinct().Count());
        await app.ExpectTotalsAsync(campaign);
    }

    [Fact]
    public async Task Launch_ForLater_StartsThen_UnlessItIsUnscheduled()
    {
        var segment = await app.SegmentAsync("contacts", await app.ContactAsync($"a@{_mark}.example", _mark));
        var (kept, dropped) = (await app.CampaignAsync(_mark, _mark, [segment]), await app.CampaignAsync("dropped" + _mark, _mark, [segment]));
        var soon = TimeProvider.System.GetUtcNow().AddSeconds(10);
        foreach (var campaign in new[] { dropped, kept })
        {
            (await app.SendAsync("PATCH", campaign.Path(), new JsonObject { ["startAt"] = soon.ToString("O") }, ("If-Match", "*"))).Expect(200);
            Assert.Equal("scheduled", (string?)(await app.ActAsync(campaign, "launch")).Expect(202).Json["status"]);
        }

        Assert.Equal("draft", (string?)(await app.ActAsync(dropped, "unschedule")).Expect(200).Json["status"]);
        var done = await app.EventuallyAsync(kept, "completed");

        Assert.True(done["startedAt"]!.GetValue<DateTimeOffset>() >= done["startAt"]!.GetValue<DateTimeOffset>());
        Assert.Equal([$"a@{_mark}.example"], app.SentTo(_mark));
        Assert.Equal("draft", (string?)(await app.ReadAsync(dropped)).Json["status"]);
        Assert.Empty(app.SentTo("dropped" + _mark));
    }

    [Fact]
    public async Task Launch_ReachesOnlyWhomTheLauncherMayRead()
    {
        var (user, client) = await app.NewUserAsync(await app.NewRoleAsync(
        [
            Grant("campaigns", "all"), Grant("segments", "all"), Grant("email-templates", "all"), Grant("contacts", "own"),
        ]));
        var (mine, foreign) = (await app.ContactAsync($"mine@{_mark}.example", _mark), await app.ContactAsync($"foreign@{_mark}.example", _mark));
        (await app.SendAsync("PATCH", mine.Path(), new JsonObject { ["ownerId"] = user.Id() }, ("If-Match", "*"))).Expect(200);
        var campaign = await app.CampaignAsync(_mark, _mark, [await app.SegmentAsync("contacts", mine, foreign)]);

        (await client.SendAsync("POST", $"{campaign.Path()}/launch")).Expect(202);
        var done = await app.EventuallyAsync(campaign, "completed");

        Assert.Equal([$"mine@{_mark}.example"], app.SentTo(_mark));
        Assert.Equal(user.Id(), (string?)done["launchedBy"]!["id"]);
    }

    [Fact]
    public async Task Recipients_AreShownAsFarAsTheirPartiesMayBeRead()
    {
        var campaign = await app.CampaignAsync(_mark, _mark, [await app.SegmentAsync("contacts", await app.ContactAsync($"a@{_mark}.example", _mark))]);
        (await app.ActAsync(campaign, "launch")).Expect(202);
        await app.EventuallyAsync(campaign, "completed");
        var (_, client) = await app.NewUserAsync(await app.NewRoleAsync([Grant("campaigns", "all"), Grant("contacts", "own")]));

        var seen = (await client.SendAsync("GET", $"{campaign.Path()}/recipients")).Expect(200).Json["value"]![0]!;

        Assert.Equal(("sent", null, null), ((string?)seen["status"], (string?)seen["address"], seen["partyRef"]));
        Assert.Equal($"a@{_mark}.example", (string?)(await app.RecipientsAsync(campaign, "?status=sent&maxpagesize=1"))[0]["address"]);
        Assert.Equal(["status invalid-value"], (await app.SendAsync("GET", $"{campaign.Path()}/recipients?status=lost")).Expect(400).Errors);
    }

    [Fact]
    public async Task Preview_SaysWhomALaunchWouldReach_AndShowsAMail()
    {
        var reached = await app.ContactAsync($"a@{_mark}.example", _mark);
        var segment = await app.SegmentAsync("contacts", reached, await app.ContactAsync($"a@{_mark}.example", _mark), await app.ContactAsync($"b@{_mark}.example", _mark, consent: null));
        var campaign = await app.CampaignAsync(_mark, _mark, [segment]);

        var preview = (await app.SendAsync("GET", $"{campaign.Path()}/preview")).Expect(200).Json;

        Assert.Equal((3, false, 3), ((int)preview["audience"]!, (bool)preview["isEstimate"]!, (int)preview["lookedAt"]!));
        Assert.Equal((1, 1), ((int)preview["skipped"]!["duplicateAddress"]!, (int)preview["skipped"]!["noConsent"]!));
        Assert.Equal((reached.Id(), $"<p>{reached["lastName"]}</p>"), ((string?)preview["sample"]!["id"], (string?)preview["messages"]![0]!["html"]));
        Assert.Equal("draft", (string?)(await app.ReadAsync(campaign)).Json["status"]);
    }

    [Fact]
    public async Task Effect_CountsTheLeadsAndSalesOfTheCampaign()
    {
        var campaign = await app.CampaignAsync(_mark, _mark, [await app.SegmentAsync("contacts")], ("actualCost", 100));
        await app.CreateAsync("leads", ("campaignId", campaign.Id()));
        var opportunity = await app.CreateAsync("opportunities", ("campaignId", campaign.Id()), ("amount", 250), ("currency", "EUR"), ("lines", new JsonArray()));
        var stages = (await app.SendAsync("GET", $"/api/v1/pipelines/{opportunity["pipelineId"]}")).Json["stages"]!.AsArray();
        var won = (string)stages.First(stage => (string?)stage!["type"] == "won")!["id"]!;
        (await app.SendAsync("PATCH", opportunity.Path(), new JsonObject { ["stageId"] = won, ["closeDate"] = "2026-03-01" }, ("If-Match", "*"))).Expect(200);

        var read = await Eventually.GetAsync(async () => (await app.ReadAsync(campaign)).Json, read => (decimal)read["wonRevenue"]! == 250, "the sale is counted");

        Assert.Equal((1, 1, 1.5m), ((int)read["leads"]!, (int)read["opportunities"]!, (decimal)read["roi"]!));
        var effect = (await app.SendAsync("GET", $"{campaign.Path()}/effect")).Expect(200).Json;
        Assert.Equal((0, 250m), ((int)effect["audience"]!, (decimal)effect["wonRevenue"]!));
    }

    private static JsonObject Grant(string entity, string scope) => new JsonObject { ["entity"] = entity, ["create"] = true, ["read"] = scope, ["update"] = scope };

    private static async Task<JsonNode> IdAsync(Task<JsonObject> record) => (await record).Id();
}
