using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Crm.Local.Tests.Cosmos;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Local.Tests.Functions;

/// <summary>The host killed, or without its disk, while it writes and follows the feed.</summary>
public sealed class CrashTests : IDisposable
{
    private const int Writers = 8;
    private readonly string _folder = Directory.CreateTempSubdirectory("crm-kill-").FullName;
    private readonly ConcurrentDictionary<string, bool> _acknowledged = [];
    private readonly List<Change> _tail = [];
    private string? _continuation;

    [Fact]
    public Task Kill_UnderLoad_LosesNoChangeAndKeepsTheirOrder() => KillAsync<FollowQuickly>(kills: 2, changesEach: 200);

    [Fact]
    [Trait("Category", "Long")]
    public Task Kill_UnderLoadManyTimes_LosesNoChangeAndTheFeedGoesOnIn20Seconds() => KillAsync<FollowAsTheAppDoes>(kills: 20, changesEach: 1000);

    [Fact]
    public async Task DiskThatFailsForAWhile_RefusesWritesAndHarmsNothing()
    {
        using (var host = await HostProcess.StartAsync<FollowQuickly>(_folder))
        {
            await GoesOnAsync(host, "before");
            await host.FailWritesAsync(true);
            await StoreFixture.RefusedAsync(HttpStatusCode.ServiceUnavailable, () => host.Items.CreateItemAsync(new Item("refused", "T1"), new PartitionKey("T1")));
            Assert.Equal("before", (await host.Items.ReadItemAsync<Item>("before", new PartitionKey("T1"))).Resource.id);
            await host.FailWritesAsync(false);
            await GoesOnAsync(host, "after");
            await host.KillAsync();
        }

        using var again = await HostProcess.StartAsync<FollowQuickly>(_folder);
        await GoesOnAsync(again, "last");
        await ReadTailAsync(again.Items, CancellationToken.None);
        Assert.Equal(["before", "after", "last"], _tail.Select(change => change.id));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task KillAsync<T>(int kills, int changesEach)
    {
        for (var kill = 0; kill < kills; kill++)
        {
            using var host = await HostProcess.StartAsync<T>(_folder);
            await GoesOnAsync(host, $"after-{kill}");
            using var killed = new CancellationTokenSource();
            var work = Enumerable.Range(0, Writers).Select(_ => WriteAsync(host.Items, killed.Token)).Append(TailAsync(host.Items, killed.Token)).ToArray();
            var wanted = _acknowledged.Count + changesEach;
            while (_acknowledged.Count < wanted && !work.Any(task => task.IsFaulted))
                await Task.Delay(10, CancellationToken.None);
            await host.KillAsync();
            await killed.CancelAsync();
            await Task.WhenAll(work);
        }

        using var last = await HostProcess.StartAsync<T>(_folder);
        await GoesOnAsync(last, "last");
        await ReadTailAsync(last.Items, CancellationToken.None);
        Assert.Empty(_acknowledged.Keys.Except(_tail.Select(change => change.id)));
        var delivered = Delivered();
        Assert.Empty(_acknowledged.Keys.Except(delivered.Select(change => change.id)));

        // Delivered again after a kill, but each time in order, without a gap to what came before.
        Assert.Equal(_tail, delivered.Distinct());
        Assert.All(delivered.Zip(delivered.Skip(1)), pair => Assert.True(pair.Second._lsn <= pair.First._lsn + 1, $"{pair.First} was followed by {pair.Second}"));
    }

    private async Task GoesOnAsync(HostProcess host, string id)
    {
        await host.Items.CreateItemAsync(new Item(id, "T1"), new PartitionKey("T1"));
        _acknowledged[id] = true;
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!Delivered().Any(change => change.id == id))
            await Task.Delay(50, deadline.Token);
    }

    private async Task WriteAsync(Container items, CancellationToken killed)
    {
        try
        {
            while (true)
            {
                var id = Guid.NewGuid().ToString("N");
                await items.CreateItemAsync(new Item(id, id[..2]), new PartitionKey(id[..2]), cancellationToken: killed);
                _acknowledged[id] = true;
            }
        }
        catch (Exception e) when (IsOfTheKill(e))
        {
            // Whether this one is in the store, nobody knows.
        }
    }

    private async Task TailAsync(Container items, CancellationToken killed)
    {
        try
        {
            while (true)
                await ReadTailAsync(items, killed);
        }
        catch (Exception e) when (IsOfTheKill(e))
        {
            // It is read on from the next host.
        }
    }

    /// <summary>Reads to the end of the feed. Items are only created here, so a number that is missing was skipped or lost.</summary>
    private async Task ReadTailAsync(Container items, CancellationToken cancellation)
    {
        var start = _continuation is null ? ChangeFeedStartFrom.Beginning() : ChangeFeedStartFrom.ContinuationToken(_continuation);
        using var feed = items.GetChangeFeedIterator<Change>(start, ChangeFeedMode.Incremental);
        for (var page = await feed.ReadNextAsync(cancellation); page.StatusCode is not HttpStatusCode.NotModified; page = await feed.ReadNextAsync(cancellation))
        {
            foreach (var change in page)
            {
                Assert.Equal(_tail.Count + 1, change._lsn);
                _tail.Add(change);
            }

            _continuation = page.ContinuationToken;
        }
    }

    private List<Change> Delivered()
    {
        var file = Delivery(new DirectoryInfo(_folder));
        if (!file.Exists) return [];

        // A line without its end was being written when the host was killed.
        var lines = File.ReadAllText(file.FullName).Split('\n').Where(line => line.EndsWith(';'));
        return [.. lines.Select(line => line.TrimEnd(';').Split(' ')).Select(parts => new Change(parts[1], long.Parse(parts[0], CultureInfo.InvariantCulture)))];
    }

    private static FileInfo Delivery(DirectoryInfo folder) => new(Path.Combine(folder.FullName, "delivered.txt"));

    private static bool IsOfTheKill(Exception e) => e is CosmosException or HttpRequestException or OperationCanceledException;

#pragma warning disable IDE1006 // The property names are the JSON names.
    public sealed record Change(string id, long _lsn);
#pragma warning restore IDE1006

    public sealed class FollowQuickly(DirectoryInfo folder)
    {
        [Function("Follow")]
        [FixedDelayRetry(-1, "00:00:01")]
        public void Run(
            [CosmosDBTrigger("crm", "items", Connection = "Cosmos", StartFromBeginning = true, FeedPollDelay = 100, LeaseRenewInterval = 300, LeaseAcquireInterval = 300, LeaseExpirationInterval = 1500)]
            Change[] changes) => Write(folder, changes);
    }

    public sealed class FollowAsTheAppDoes(DirectoryInfo folder)
    {
        [Function("Follow")]
        [FixedDelayRetry(-1, "00:00:01")]
        public void Run(
            [CosmosDBTrigger("crm", "items", Connection = "Cosmos", StartFromBeginning = true, FeedPollDelay = 1000, LeaseRenewInterval = 5000, LeaseAcquireInterval = 5000, LeaseExpirationInterval = 15000)]
            Change[] changes) => Write(folder, changes);
    }

    private static void Write(DirectoryInfo folder, Change[] changes) =>
        File.AppendAllText(Delivery(folder).FullName, string.Concat(changes.Select(change => $"\n{change._lsn} {change.id};")));
}
