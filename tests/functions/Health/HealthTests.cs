using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Azure.Messaging.ServiceBus;
using Crm.Platform.ChangeFeed;
using Crm.Platform.Messaging;
using Crm.Platform.Telemetry;
using Crm.Tests.Fixtures;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.Health;

public sealed class HealthTests(HealthTests.WatchedApp app) : IClassFixture<HealthTests.WatchedApp>
{
    [Fact]
    public async Task Health_OnceTheFeedHasBeenRead_ShowsEveryFunctionUpToDate()
    {
        await app.CreateAsync("teams");

        var feed = (await HealthAsync(health => Functions(health).All(function => (long?)function.Value!["changes"] == 0), "all functions are up to date"))["backlog"]!["feed"]!;

        Assert.Equal(app.Services.GetServices<FeedFunction>().Select(function => function.Name).Order(), feed.AsObject().Select(function => function.Key).Order());
        await HealthAsync(health => Functions(health).Any(function => (double?)function.Value!["lagSeconds"] > 0), "a function says when it was done with the newest change");
    }

    [Fact]
    public async Task Health_WithMessagesThatWaitAndFailed_ShowsTheirAgeAndNumber()
    {
        var client = app.Services.GetRequiredService<ServiceBusClient>();
        await using var sender = client.CreateSender(Queues.CampaignSends);
        await using var receiver = client.CreateReceiver(Queues.CampaignSends);
        await sender.SendMessageAsync(new ServiceBusMessage("poison"));
        await receiver.DeadLetterMessageAsync(await receiver.ReceiveMessageAsync(), "Poison");
        await sender.SendMessageAsync(new ServiceBusMessage("waits"));
        await sender.ScheduleMessageAsync(new ServiceBusMessage("waits for its time"), DateTimeOffset.MaxValue.AddDays(-1));

        var queue = (await HealthAsync(health => Queue(health)["deadLetters"]!.GetValue<int>() == 1, "the dead letter is counted"))["backlog"]!["queues"]!;

        Assert.True(queue[Queues.CampaignSends]!["oldestSeconds"]!.GetValue<double>() > 0);
        Assert.Equal(Queues.All.Order(), queue.AsObject().Select(each => each.Key).Order());

        static JsonNode Queue(JsonNode health) => health["backlog"]!["queues"]![Queues.CampaignSends]!;
    }

    [Fact]
    public async Task Health_ShowsWhatTheInstanceHasCost()
    {
        var before = (await app.SendAsync("GET", "/health")).Expect(200).Json["requestCharge"]!.GetValue<double>();
        await app.CreateAsync("teams");

        Assert.True((await app.SendAsync("GET", "/health")).Expect(200).Json["requestCharge"]!.GetValue<double>() > before + 5);
    }

    [Fact]
    public async Task Health_AskedOften_IsMeasuredSeldom()
    {
        var first = (await app.SendAsync("GET", "/health")).Expect(200).Json["backlog"]!["measuredAt"];
        var again = (await app.SendAsync("GET", "/health")).Expect(200).Json["backlog"]!["measuredAt"];
        app.Time.Pass(TimeSpan.FromSeconds(11));
        var later = (await app.SendAsync("GET", "/health")).Expect(200).Json["backlog"]!["measuredAt"];

        Expectations.ExpectSame(first, again, "measured once");
        Assert.NotEqual(first!.GetValue<string>(), later!.GetValue<string>());
    }

    [Fact]
    public async Task Backlog_IsInTheMetrics()
    {
        var seen = new ConcurrentDictionary<string, byte>();
        (await app.SendAsync("GET", "/health")).Expect(200);
        using var listener = new MeterListener { InstrumentPublished = (instrument, subscription) => Subscribe(instrument, subscription) };
        listener.SetMeasurementEventCallback<double>((instrument, _, _, _) => seen.TryAdd(instrument.Name, 0));
        listener.Start();
        listener.RecordObservableInstruments();

        Assert.Superset(new HashSet<string>(["crm.queue.age", "crm.queue.dead_letters"]), seen.Keys.ToHashSet());

        static void Subscribe(Instrument instrument, MeterListener listener)
        {
            if (instrument.Meter == CrmTelemetry.Meter)
                listener.EnableMeasurementEvents(instrument);
        }
    }

    [Fact]
    public void FeedFunctions_AreAllWatched()
    {
        var declared = from type in typeof(CrmApplication).Assembly.GetTypes()
                       from method in type.GetMethods()
                       from parameter in method.GetParameters()
                       from trigger in parameter.GetCustomAttributes(typeof(CosmosDBTriggerAttribute), inherit: false).Cast<CosmosDBTriggerAttribute>()
                       select trigger.LeaseContainerPrefix;

        Assert.Equal(declared.Order(), app.Services.GetServices<FeedFunction>().Select(function => function.Name).Order());
    }

    /// <summary>The report as soon as it is as wanted. It is measured anew every time.</summary>
    private Task<JsonObject> HealthAsync(Func<JsonObject, bool> wanted, string what) => Eventually.GetAsync(
        async () =>
        {
            app.Time.Pass(TimeSpan.FromSeconds(11));
            return (await app.SendAsync("GET", "/health")).Expect(200).Json;
        },
        wanted,
        what);

    private static JsonObject Functions(JsonObject health) => health["backlog"]!["feed"]!.AsObject();

    /// <summary>An app whose clock can be moved on.</summary>
    public sealed class WatchedApp : CrmApp
    {
        internal MovedTime Time { get; } = new();

        /// <summary>What waits in the queue of campaigns is left to wait.</summary>
        protected override IEnumerable<string> Settings => [.. base.Settings, "--AzureWebJobs.SendCampaign.Disabled=true", "--AzureWebJobs.DropDeadCampaignStep.Disabled=true"];

        protected override void Configure(FunctionsApplicationBuilder builder) => builder.Services.AddSingleton<TimeProvider>(Time);
    }

    internal sealed class MovedTime : TimeProvider
    {
        private long _passed;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _passed));

        public void Pass(TimeSpan span) => Interlocked.Add(ref _passed, span.Ticks);
    }
}
