using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Crm.History;
using Crm.Platform.ChangeFeed;
using Crm.Tests.Fixtures;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crm.Tests.History;

/// <summary>What the change feed brings into history: each change once, as it was, however it is delivered.</summary>
public sealed class WriteHistoryTests(WriteHistoryTests.LoggedApp app) : IClassFixture<WriteHistoryTests.LoggedApp>
{
    [Fact]
    public async Task Changes_OfARecord_AppearInHistoryAsTheyAre()
    {
        var record = (await app.LiveAndDieAsync())[0];
        var changes = await app.ChangesAsync(record);

        await ExpectCopiesAsync(record, changes);
    }

    [Fact]
    public async Task Changes_WithTextsThatLookLikeTimes_AreKeptAsTheyAre()
    {
        const string Text = "2026-01-31T08:00:00.1000+05:00";
        var record = await app.CreateAsync("contacts", ("lastName", Text), ("source", Text));

        await ExpectCopiesAsync(record, await app.ChangesAsync(record));
    }

    [Fact]
    public async Task FeedLag_OnceAChangeIsInHistory_KnowsOfIt()
    {
        var record = await app.CreateAsync("widgets");
        var written = record["createdAt"].Time();

        var position = await Eventually.GetAsync(
            () => Task.FromResult(app.Services.GetRequiredService<FeedLag>().Positions.GetValueOrDefault(nameof(WriteHistory))), position => position.Newest >= written, "a position after the change");

        Assert.InRange(position.Lag, TimeSpan.Zero, TimeProvider.System.GetUtcNow() - written);
        Assert.Single(await app.EntriesAsync(record));
    }

    [Fact]
    public async Task Changes_DeliveredAgain_StayAsTheyWere()
    {
        var record = (await app.LiveAndDieAsync())[0];
        var changes = await app.ChangesAsync(record);
        await app.DeliverAsync(changes);
        var first = await app.EntriesAsync(record);

        await app.DeliverAsync(changes);
        await app.DeliverAsync(changes[1], changes[1]);

        Assert.Equal(first.Select(entry => entry.ToJsonString()), (await app.EntriesAsync(record)).Select(entry => entry.ToJsonString()));
    }

    [Fact]
    public async Task Changes_DeliveredToTwoInstancesAtOnce_AreThereOnce()
    {
        var changes = new List<JsonObject>();
        var records = new List<JsonObject>();
        for (var number = 0; number < 5; number++)
        {
            records.Add((await app.LiveAndDieAsync())[0]);
            changes.AddRange(await app.ChangesAsync(records[^1]));
        }

        await Task.WhenAll(app.DeliverAsync(changes), app.DeliverAsync(changes), app.DeliverAsync(changes.Skip(3)));

        foreach (var record in records)
            Assert.Equal(["create", "update", "delete"], (await app.EntriesAsync(record)).Select(entry => (string?)entry["action"]));
    }

    [Fact]
    public async Task Changes_DeliveredOutOfOrderAndInPart_MakeTheSameHistory()
    {
        var record = (await app.LiveAndDieAsync())[0];
        var changes = await app.ChangesAsync(record);

        await app.DeliverAsync(changes[2]);
        await app.DeliverAsync(changes[1], changes[0]);

        Assert.Equal(changes.Select(change => (string?)change["hash"]), (await app.EntriesAsync(record)).Select(entry => (string?)entry["hash"]));
    }

    [Fact]
    public async Task Change_ThatHistoryHasWithAnotherHash_IsAnAlarmAndStopsNothing()
    {
        var (record, other) = ((await app.LiveAndDieAsync())[0], (await app.LiveAndDieAsync())[0]);
        var changes = await app.ChangesAsync(record);
        await app.DeliverAsync(changes);
        var forged = (JsonObject)changes[1].DeepClone();
        forged["hash"] = "forged";

        await app.DeliverAsync([changes[0], forged, changes[2], .. await app.ChangesAsync(other)]);

        Assert.Contains(app.Alarms, alarm => alarm.Contains(record.Id(), StringComparison.Ordinal) && alarm.Contains("forged", StringComparison.Ordinal));
        Assert.DoesNotContain(app.Alarms, alarm => alarm.Contains(other.Id(), StringComparison.Ordinal));
        Assert.Equal(changes.Select(change => (string?)change["hash"]), (await app.EntriesAsync(record)).Select(entry => (string?)entry["hash"]));
        Assert.Equal(3, (await app.EntriesAsync(other)).Count);
    }

    [Fact]
    public async Task Changes_OfOneRecordByTheHundred_AllAppear()
    {
        var record = await app.CreateAsync("widgets");
        for (var version = 2; version <= 130; version++)
            record = (await app.PatchAsync(record, new JsonObject { ["colour"] = $"shade {version}" })).Expect(200).Json;

        await app.DeliverAsync(await app.ChangesAsync(record));

        Assert.Equal(Enumerable.Range(1, 130), (await app.EntriesAsync(record)).Select(entry => entry["version"]!.GetValue<int>()));
    }

    private async Task ExpectCopiesAsync(JsonObject record, IReadOnlyList<JsonObject> changes)
    {
        var entries = await Eventually.GetAsync(() => app.EntriesAsync(record), entries => entries.Count == changes.Count, "an entry for each change");

        Assert.All(changes.Zip(entries), pair =>
        {
            var (change, entry) = pair;
            Assert.All(change.Where(member => member.Key != "ttl" && !member.Key.StartsWith('_')), member => Expectations.ExpectSame(member.Value, entry[member.Key], member.Key));
            Assert.False(entry.ContainsKey("ttl"));
            Assert.True(entry["recordedAt"].Time() >= entry["occurredAt"].Time());
        });
    }

    /// <summary>Keeps what is logged as critical.</summary>
    public sealed class LoggedApp : CrmApp, ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _alarms = new();

        public IReadOnlyCollection<string> Alarms => _alarms;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Critical;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _alarms.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }

        protected override void Configure(FunctionsApplicationBuilder builder) => builder.Services.AddSingleton<ILoggerProvider>(this);
    }
}
