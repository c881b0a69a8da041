using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;
using Crm.Tests.Orders;
using Crm.Webhooks.EventFeed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.Webhooks;

/// <summary>The log behind the feed: one order, whoever writes at once and whatever fails in between.</summary>
public sealed class EventLogTests(StepByStepApp app) : IClassFixture<StepByStepApp>
{
    [Fact]
    public async Task Writers_AtOnce_LoseNothingAndKeepTheOrderOfRecords()
    {
        var tenant = CrmApp.Unique("tenant");
        await Parallel.ForEachAsync(Enumerable.Range(0, 8), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (writer, _) =>
        {
            foreach (var batch in Events($"r{writer}", 1, 30).Chunk(7))
                await AppendAsync(tenant, batch);
        });

        var log = await ReadAsync(tenant);
        Assert.Equal(8 * 30, log.Distinct().Count());
        Assert.Equal(8 * 30, log.Count);
        Assert.All(log.GroupBy(logged => logged.RecordId), record => Assert.Equal(Enumerable.Range(1, 30), record.Select(logged => logged.Version)));
    }

    /// <summary>A batch comes again until it is done; the process that died of it knows nothing of it.</summary>
    [Theory]
    [InlineData(Fault.CrashBefore)]
    [InlineData(Fault.AnswerLost)]
    public async Task Batch_CutShortAnywhere_IsWrittenOnce(Fault fault)
    {
        for (var call = 1; ; call++)
        {
            var (tenant, plan) = (CrmApp.Unique("tenant"), new PlannedFault(call, fault));
            var (before, batch) = (Events("a", 1, 45), Events("b", 1, 60));
            await AppendAsync(tenant, before);
            await app.Faults.SurvivesAsync(plan, () => AppendAsync(tenant, batch));
            await AppendAsync(tenant, batch);

            Assert.Equal([.. before, .. batch], await ReadAsync(tenant));
            if (!plan.Happened)
                break;
        }
    }

    /// <summary>What an instance remembers of the end, others may have left behind and taken away.</summary>
    [Fact]
    public async Task End_ThatIsNoLongerThere_IsLookedForAnew()
    {
        var tenant = CrmApp.Unique("tenant");
        await AppendAsync(tenant, Events("a", 1, EventSegment.Most));
        app.Clock.Advance(TimeSpan.FromDays(32));
        await AppendAsync(tenant, Events("b", 1, 1));
        app.Services.GetRequiredService<IMemoryCache>().Set($"event-log:{tenant}", 1L);

        await AppendAsync(tenant, Events("c", 1, 1));

        await using var scope = app.Services.CreateAsyncScope();
        var log = scope.ServiceProvider.GetRequiredService<EventLog>();
        Assert.Null(await log.FindAsync(tenant, 1, CancellationToken.None));
        Assert.Equal(["b", "c"], (await log.OldestAsync(tenant, CancellationToken.None))!.Events.Select(logged => logged.RecordId));
    }

    [Fact]
    public async Task Position_ThatIsNoLongerHeld_Is410WithTheOldest()
    {
        var (slug, client) = await app.NewTenantAsync();
        var old = (string?)(await Eventually.GetAsync(() => PageAsync(client, "maxpagesize=1"), page => page["value"]!.AsArray().Count > 0, "the feed has begun"))["position"];
        await AppendAsync(slug, Events("old", 1, EventSegment.Most));
        await app.AdvanceAsync(TimeSpan.FromDays(32));
        await client.SignInAsync("admin", CrmApp.AdminPassword, slug);
        (await client.SendAsync("GET", $"/events?after={old}")).Expect(200);

        // What is too old goes when there is something new.
        await AppendAsync(slug, Events("new", 1, EventSegment.Most));
        var expired = await client.SendAsync("GET", $"/events?after={old}");
        var widget = (await client.SendAsync("POST", "/api/v1/widgets", new JsonObject { ["name"] = CrmApp.Unique("new") })).Expect(201).Json;

        expired.Expect(410, "position-expired");
        var next = await Eventually.GetAsync(
            () => PageAsync(client, $"after={(string?)expired.Json["oldest"]}&types=widget.created"), page => page["value"]!.AsArray().Count > 0, "the feed goes on from the oldest position");
        Assert.Equal($"widgets/{widget.Id()}", (string?)Assert.Single(next["value"]!.AsArray())!["subject"]);
    }

    private static async Task<JsonObject> PageAsync(HttpClient client, string query) => (await client.SendAsync("GET", $"/events?{query}")).Expect(200).Json;

    private async Task AppendAsync(string tenant, IReadOnlyList<LoggedEvent> events)
    {
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<EventLog>().AppendAsync(tenant, events, CancellationToken.None);
    }

    private async Task<IReadOnlyList<LoggedEvent>> ReadAsync(string tenant)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var log = scope.ServiceProvider.GetRequiredService<EventLog>();
        var events = new List<LoggedEvent>();
        for (var number = 1; await log.FindAsync(tenant, number, CancellationToken.None) is { } segment; number++)
            events.AddRange(segment.Events);
        return events;
    }

    /// <summary>Events of now, to the millisecond, as changes are.</summary>
    private LoggedEvent[] Events(string record, int from, int count)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(app.Clock.GetUtcNow().ToUnixTimeMilliseconds());
        return [.. Enumerable.Range(from, count).Select(version => new LoggedEvent("widgets", record, version, 0, "widget.updated", at))];
    }
}
