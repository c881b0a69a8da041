using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Crm.Campaigns.Sending;
using Crm.Entities;
using Crm.Platform.Auth;
using Crm.Platform.Mail;
using Crm.Tests.Fixtures;
using Crm.Tests.Orders;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.Campaigns.Sending;

/// <summary>An app in which the test makes every step of a campaign itself, at the time it wants, with faults on the way. Mails go to a list.</summary>
public sealed class CampaignSteps : CrmApp
{
    internal Faults Faults { get; } = new();

    internal MovableClock Clock { get; } = new();

    internal FakeMail Mail { get; } = new();

    protected override IEnumerable<string> Settings => [.. base.Settings, "--AzureWebJobs.SendCampaign.Disabled=true"];

    protected override void Configure(FunctionsApplicationBuilder builder)
    {
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.AddSingleton<IMailTransport>(Mail);
        builder.Services.PostConfigure<CosmosClientOptions>(options => options.CustomHandlers.Add(Faults.NewHandler()));
    }

    /// <summary>Moves the clock, and signs in again: no token is good for so long.</summary>
    public async Task AdvanceAsync(TimeSpan by)
    {
        Clock.Advance(by);
        await Client.SignInAsync("admin@example.com", AdminPassword);
    }

    /// <summary>A launched campaign with an empty audience, which waits for one recipient of next year.</summary>
    public async Task<JsonObject> LaunchedAsync(params (string Field, JsonNode? Value)[] changes)
    {
        var campaign = await DraftAsync(changes);
        (await SendAsync("POST", $"{campaign.Path()}/launch")).Expect(202);
        await RunAsync<StartCampaign>(start => start.GoOnAsync("default", campaign.Id(), default));
        await RunAsync<Recipients>(recipients => recipients.CreateAsync([Recipient(campaign, "f") with { DueAt = Clock.GetUtcNow().AddYears(1) }], default));
        await ExpandAsync(campaign);
        return campaign;
    }

    public async Task<JsonObject> DraftAsync(params (string Field, JsonNode? Value)[] changes)
    {
        var segment = await CreateAsync("segments", ("entity", "leads"), ("kind", "static"), ("filter", null), ("memberIds", new JsonArray()));
        return await CreateAsync("campaigns",
        [
            ("segmentIds", new JsonArray(segment.Id())), ("excludeSegmentIds", new JsonArray()), ("campaignType", "transactional"), ("consentPurpose", null),
            ("throttlePerMinute", null), ("startAt", null), ("endAt", null), .. changes,
        ]);
    }

    /// <summary>A recipient of a launched campaign in a shard, a lead of its own.</summary>
    public async Task<Recipient> PendingAsync(JsonObject campaign, string shard)
    {
        var lead = await CreateAsync("leads");
        var pending = Recipient(campaign, shard) with { PartyRef = new RecordLink { Type = "leads", Id = lead.Id() }, DueAt = Clock.GetUtcNow() };
        await RunAsync<Recipients>(recipients => recipients.CreateAsync([pending], default));
        return pending;
    }

    /// <summary>Makes the turn of the expansion.</summary>
    public async Task ExpandAsync(JsonObject campaign)
    {
        Expansion? expansion = null;
        await RunAsync<CampaignPlans>(async plans => expansion = await plans.ExpansionAsync("default", campaign.Id(), default));
        await StepAsync(new CampaignStep("default", campaign.Id(), CampaignStep.Expansion, expansion!.Turn, Clock.GetUtcNow()));
    }

    /// <summary>Makes the turn of a shard.</summary>
    public async Task TurnAsync(JsonObject campaign, string shard)
    {
        ShardTotals? totals = null;
        await RunAsync<CampaignTotals>(async all => totals = await all.FindAsync("default", campaign.Id(), shard, default));
        await StepAsync(new CampaignStep("default", campaign.Id(), shard, totals!.Turn, Clock.GetUtcNow()));
    }

    public Task StepAsync(CampaignStep step, bool again = false) => RunAsync<CampaignWork>(work => work.HandleAsync(step, again, default));

    /// <summary>Has a service of the app do something, in the name of the tenant.</summary>
    public async Task RunAsync<T>(Func<T, Task> act) where T : notnull => await Services.GetRequiredService<SystemCalls>().RunAsync<T, bool>("default", "test", "test", null, async service =>
    {
        await act(service);
        return true;
    });

    public async Task<Recipient> ReadAsync(Recipient recipient)
    {
        StoredRecipient? stored = null;
        await RunAsync<Recipients>(async recipients => stored = await recipients.FindAsync(recipient.Key, default));
        return stored!.Recipient;
    }

    private static Recipient Recipient(JsonObject campaign, string shard) => new(
        shard + Guid.NewGuid().ToString("N")[1..], "default", campaign.Id(), (string)campaign["messages"]![0]!["id"]!, new RecordLink { Type = "leads", Id = "none" },
        $"{Guid.NewGuid():N}@example.com", RecipientStatus.Pending);

    /// <summary>Takes every mail, unless told otherwise.</summary>
    internal sealed class FakeMail : IMailTransport, IMailSession
    {
        public ConcurrentQueue<string> Taken { get; } = [];

        public Func<MailResult> Answer { get; set; } = () => new MailResult(MailOutcome.Sent);

        public string? Missing => null;

        public IMailSession Open() => this;

        public ValueTask DisposeAsync() => default;

        public Task<MailResult> SendAsync(OutgoingMail mail, CancellationToken cancellation)
        {
            var answer = Answer();
            if (answer.Outcome == MailOutcome.Sent)
                Taken.Enqueue(mail.To);
            return Task.FromResult(answer);
        }
    }

    internal sealed class MovableClock : TimeProvider
    {
        private TimeSpan _ahead;

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _ahead;

        public void Advance(TimeSpan by) => _ahead += by;
    }
}
