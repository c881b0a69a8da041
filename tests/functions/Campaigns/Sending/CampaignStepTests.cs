using System.Text.Json.Nodes;
using Crm.Campaigns.Sending;
using Crm.Platform.Mail;
using Crm.Tests.Fixtures;
using Crm.Tests.Orders;
using Xunit.Abstractions;

namespace Crm.Tests.Campaigns.Sending;

/// <summary>The steps of campaigns, one by one: late, early, twice, cut short anywhere.</summary>
public sealed class CampaignStepTests(CampaignSteps app, ITestOutputHelper output) : IClassFixture<CampaignSteps>
{
    /// <summary>Longer than a claim is good for.</summary>
    private static readonly TimeSpan OneMinute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(Fault.AnswerLost)]
    [InlineData(Fault.CrashAfter)]
    public async Task Turn_WithAFaultAtAnyCall_SendsAtMostOnce_AndEveryoneHasAnEnd(Fault fault)
    {
        var campaign = await app.LaunchedAsync();
        for (var call = 1; ; call++)
        {
            var pending = await app.PendingAsync(campaign, "a");
            var plan = new PlannedFault(call, fault);

            await app.Faults.SurvivesAsync(plan, () => app.TurnAsync(campaign, "a"));
            await app.TurnAsync(campaign, "a");
            app.Clock.Advance(OneMinute);
            await app.TurnAsync(campaign, "a");

            var ended = await app.ReadAsync(pending);
            var times = app.Mail.Taken.Count(to => to == pending.Address);
            Assert.True(
                (ended.Status, times) is (RecipientStatus.Sent, 1) or (RecipientStatus.Unknown, 0 or 1), $"A fault at call {call}: {ended.Status}, sent {times} times");
            if (!plan.Happened)
                break;
        }
    }

    /// <summary>Nine calls for data and four in which the SDK has queries explained to it. What it costs in request units is for the eye.</summary>
    [Fact]
    public async Task Turn_ForOneRecipient_CostsNoMoreCalls()
    {
        var campaign = await app.LaunchedAsync(("campaignType", "newsletter"), ("consentPurpose", "costs"));
        var (first, second, third) = (PlannedFault.None, PlannedFault.None, PlannedFault.None);
        await app.Faults.SurvivesAsync(first, () => app.TurnAsync(campaign, "b"));
        await AgreedAsync(campaign, "b");
        await app.Faults.SurvivesAsync(second, () => app.TurnAsync(campaign, "b"));
        for (var i = 0; i < 11; i++)
            await AgreedAsync(campaign, "c");
        await app.Faults.SurvivesAsync(third, () => app.TurnAsync(campaign, "c"));

        var (calls, charge) = ((third.Calls - second.Calls) / 10.0, (third.Charge - second.Charge) / 10);
        output.WriteLine($"A turn without recipients: {first.Calls} calls, {first.Charge:0.0} RU; each recipient: {calls:0.0} calls, {charge:0.0} RU");
        Assert.InRange(calls, 1, 13);
    }

    [Fact]
    public async Task Claim_WhoseOwnerDied_BecomesUnknown_AndIsNotSentAgain()
    {
        var campaign = await app.LaunchedAsync();
        var pending = await app.PendingAsync(campaign, "d");
        await app.RunAsync<Recipients>(async recipients =>
            await recipients.ClaimAsync((await recipients.FindAsync(pending.Key, default))!, "dead", app.Clock.GetUtcNow(), app.Clock.GetUtcNow().AddSeconds(45), default));

        await app.TurnAsync(campaign, "d");
        Assert.Equal(RecipientStatus.Claimed, (await app.ReadAsync(pending)).Status);
        app.Clock.Advance(OneMinute);
        await app.TurnAsync(campaign, "d");

        Assert.Equal(RecipientStatus.Unknown, (await app.ReadAsync(pending)).Status);
        Assert.DoesNotContain(pending.Address, app.Mail.Taken);
    }

    [Fact]
    public async Task Turn_WhileTheServerTakesNothing_UsesNoAttempt()
    {
        var campaign = await app.LaunchedAsync();
        var pending = await app.PendingAsync(campaign, "e");
        app.Mail.Answer = () => new MailResult(MailOutcome.Unreachable, "gone");
        try
        {
            await app.TurnAsync(campaign, "e");
        }
        finally
        {
            app.Mail.Answer = () => new MailResult(MailOutcome.Sent);
        }

        Assert.Equal((RecipientStatus.Pending, 0), ((await app.ReadAsync(pending)).Status, (await app.ReadAsync(pending)).Attempts));
        await app.TurnAsync(campaign, "e");
        Assert.Equal(RecipientStatus.Sent, (await app.ReadAsync(pending)).Status);
    }

    [Fact]
    public async Task Step_OfAnotherTurn_DoesNothing()
    {
        var campaign = await app.LaunchedAsync();
        var pending = await app.PendingAsync(campaign, "7");

        await app.StepAsync(new CampaignStep("default", campaign.Id(), "7", 0, app.Clock.GetUtcNow()));
        await app.StepAsync(new CampaignStep("default", campaign.Id(), "7", 99, app.Clock.GetUtcNow(), Permits: 5));
        await app.StepAsync(new CampaignStep("default", campaign.Id(), "none", 0, app.Clock.GetUtcNow()));
        await app.StepAsync(new CampaignStep("default", Guid.NewGuid().ToString(), CampaignStep.Expansion, 0, app.Clock.GetUtcNow()));

        Assert.Equal(RecipientStatus.Pending, (await app.ReadAsync(pending)).Status);
    }

    [Fact]
    public async Task Start_EarlyTwiceOrAfterTheScheduleChanged_StartsOnceAndInTime()
    {
        var startAt = new DateTimeOffset(app.Clock.GetUtcNow().Date, TimeSpan.Zero).AddDays(2);
        var campaign = await app.DraftAsync(("startAt", startAt.ToString("O")));
        var step = new CampaignStep("default", campaign.Id(), CampaignStep.Start, 0, startAt);
        (await app.SendAsync("POST", $"{campaign.Path()}/launch")).Expect(202);

        await app.StepAsync(step);
        Assert.Equal("scheduled", await StatusAsync());

        (await app.SendAsync("POST", $"{campaign.Path()}/unschedule")).Expect(200);
        (await app.SendAsync("PATCH", campaign.Path(), new JsonObject { ["startAt"] = startAt.AddDays(1).ToString("O") }, ("If-Match", "*"))).Expect(200);
        await app.AdvanceAsync(startAt.AddHours(1) - app.Clock.GetUtcNow());
        await app.StepAsync(step);
        Assert.Equal("draft", await StatusAsync());

        (await app.SendAsync("POST", $"{campaign.Path()}/launch")).Expect(202);
        await app.StepAsync(step);
        Assert.Equal("scheduled", await StatusAsync());

        await app.AdvanceAsync(TimeSpan.FromDays(1));
        await app.StepAsync(step);
        await app.StepAsync(step);
        Assert.Equal("sending", await StatusAsync());
        Assert.Equal(1, (await app.SendAsync("GET", $"{campaign.Path()}/history")).Expect(200).Json["value"]!.AsArray().Count(entry => (string?)entry!["action"] == "stateChange"
            && entry["changes"]!.AsArray().Any(change => (string?)change!["path"] == "/startedAt")));

        async Task<string?> StatusAsync() => (string?)(await ReadAsync(campaign)).Json["status"];
    }

    [Fact]
    public async Task Start_OfWhatCanNoLongerBeSent_Fails_AndSaysWhy()
    {
        var campaign = await app.DraftAsync(("startAt", app.Clock.GetUtcNow().AddMinutes(1).ToString("O")));
        var launched = (await app.SendAsync("POST", $"{campaign.Path()}/launch")).Expect(202).Json;
        var template = $"/api/v1/email-templates/{campaign["messages"]![0]!["templateId"]}";
        (await app.SendAsync("PATCH", template, new JsonObject { ["subject"] = "{% for a in (1..1000) %}{% for b in (1..1000) %}x{% endfor %}{% endfor %}" }, ("If-Match", "*"))).Expect(200);
        await app.AdvanceAsync(TimeSpan.FromMinutes(2));

        await app.StepAsync(new CampaignStep("default", campaign.Id(), CampaignStep.Start, 0, launched["startAt"]!.GetValue<DateTimeOffset>()));

        var failed = (await ReadAsync(campaign)).Json;
        Assert.Equal("failed", (string?)failed["status"]);
        Assert.Contains("#/messages/0/templateId", (string?)failed["failureReason"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_BringsBackACampaign_WhoseMessagesWereAllLost()
    {
        var campaign = await app.DraftAsync();
        (await app.SendAsync("POST", $"{campaign.Path()}/launch")).Expect(202);

        // Nothing of it has been heard of since: not the event, nor the first turn of the walk, nor that of any shard.
        await app.AdvanceAsync(WatchCampaign.Overdue + OneMinute);
        await app.RunAsync<WatchCampaigns>(watch => watch.RunAsync(default));
        await app.ExpandAsync(campaign);
        await app.RunAsync<WatchCampaigns>(watch => watch.RunAsync(default));

        Assert.Equal("completed", (string?)(await ReadAsync(campaign)).Json["status"]);
    }

    [Fact]
    public async Task Throttle_GivesEachPartAPlaceOfItsOwn()
    {
        var places = new List<DateTimeOffset>();
        await app.RunAsync<SendThrottle>(async throttle =>
        {
            var taken = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => throttle.TakeAsync("default", Guid.Empty.ToString(), wanted: 50, perMinute: 60, default)));
            Assert.All(taken, place => Assert.Equal(1, place.Permits));
            places.AddRange(taken.Select(place => place.At).Order());
        });

        Assert.All(places.Zip(places.Skip(1)), pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromMilliseconds(999), $"{pair.First:O} and {pair.Second:O}"));
    }

    private Task<Answer> ReadAsync(JsonObject campaign) => app.SendAsync("GET", campaign.Path());

    private async Task AgreedAsync(JsonObject campaign, string shard)
    {
        var pending = await app.PendingAsync(campaign, shard);
        await app.CreateAsync("consents", ("partyRef", new JsonObject { ["type"] = "leads", ["id"] = pending.PartyRef.Id }), ("channel", "email"), ("purpose", "costs"), ("state", "granted"));
    }
}
