using System.Net;
using Microsoft.Azure.Cosmos;

namespace Crm.Local.Tests.Cosmos;

public sealed class FeedTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Fact]
    public async Task ReadFeed_InSmallPages_ShowsEveryItemOnce()
    {
        var container = await store.NewContainerAsync();
        for (var number = 0; number < 25; number++)
            await container.CreateItemAsync(new Item($"i{number:00}", $"T{number % 3}"), new PartitionKey($"T{number % 3}"));
        var options = new QueryRequestOptions { MaxItemCount = 4 };
        var all = await StoreFixture.AllAsync(container.GetItemQueryIterator<Item>(requestOptions: options));
        Assert.Equal(25, all.Select(item => item.id).Distinct().Count());
        Assert.Equal(25, all.Count);

        options.PartitionKey = new PartitionKey("T1");
        var ofOne = await StoreFixture.AllAsync(container.GetItemQueryIterator<Item>(requestOptions: options));
        Assert.Equal(8, ofOne.Count);
        Assert.All(ofOne, item => Assert.Equal("T1", item.tenantId));
    }

    [Fact]
    public async Task ChangeFeed_OfAllVersions_IsRefused()
    {
        var container = await store.NewContainerAsync();
        using var feed = container.GetChangeFeedIterator<Item>(ChangeFeedStartFrom.Now(), ChangeFeedMode.AllVersionsAndDeletes);
        await StoreFixture.RefusedAsync(HttpStatusCode.BadRequest, () => feed.ReadNextAsync());
    }

    [Fact]
    public async Task ChangeFeed_FromBeginning_ShowsLatestVersionsInCommitOrder()
    {
        var container = await store.NewContainerAsync();
        foreach (var id in (string[])["a", "b", "c"])
            await container.CreateItemAsync(new Item(id, "T1"), new PartitionKey("T1"));
        await container.ReplaceItemAsync(new Item("a", "T1") { name = "later" }, "a", new PartitionKey("T1"));
        await container.DeleteItemAsync<Item>("b", new PartitionKey("T1"));
        await container.CreateItemAsync(new Item("d", "T2"), new PartitionKey("T2"));

        using var feed = container.GetChangeFeedIterator<Item>(ChangeFeedStartFrom.Beginning(), ChangeFeedMode.Incremental, new ChangeFeedRequestOptions { PageSizeHint = 2 });
        var (changes, continuation) = await DrainAsync(feed);
        Assert.Equal(["c", "a", "d"], changes.Select(item => item.id));

        await container.UpsertItemAsync(new Item("c", "T1"), new PartitionKey("T1"));
        using var next = container.GetChangeFeedIterator<Item>(ChangeFeedStartFrom.ContinuationToken(continuation), ChangeFeedMode.Incremental);
        Assert.Equal(["c"], (await DrainAsync(next)).Changes.Select(item => item.id));
    }

    [Fact]
    public async Task ChangeFeed_OfOnePartitionFromNow_ShowsOnlyItsNewChanges()
    {
        var container = await store.NewContainerAsync();
        await container.CreateItemAsync(new Item("old", "T1"), new PartitionKey("T1"));
        var start = ChangeFeedStartFrom.Now(FeedRange.FromPartitionKey(new PartitionKey("T1")));
        using var feed = container.GetChangeFeedIterator<Item>(start, ChangeFeedMode.Incremental);
        var (changes, continuation) = await DrainAsync(feed);
        Assert.Empty(changes);
        await container.CreateItemAsync(new Item("new", "T1"), new PartitionKey("T1"));
        await container.CreateItemAsync(new Item("new", "T2"), new PartitionKey("T2"));
        using var next = container.GetChangeFeedIterator<Item>(ChangeFeedStartFrom.ContinuationToken(continuation), ChangeFeedMode.Incremental);
        var found = Assert.Single((await DrainAsync(next)).Changes);
        Assert.Equal("T1", found.tenantId);
    }

    [Fact]
    public async Task ChangeFeed_FromATime_LeavesOutOlderChanges()
    {
        var container = await store.NewContainerAsync();
        for (var number = 0; number < 5; number++)
            await container.CreateItemAsync(new Item($"old{number}", "T1"), new PartitionKey("T1"));
        store.Clock.Advance(TimeSpan.FromMinutes(10));
        var item = await container.CreateItemAsync(new Item("new", "T1"), new PartitionKey("T1"));
        var since = DateTimeOffset.FromUnixTimeSeconds(item.Resource._ts!.Value - 60).UtcDateTime;
        using var feed = container.GetChangeFeedIterator<Item>(ChangeFeedStartFrom.Time(since), ChangeFeedMode.Incremental);
        Assert.Equal(["new"], (await DrainAsync(feed)).Changes.Select(change => change.id));
    }

    [Fact]
    public async Task ChangeFeedProcessor_OverMonitoredContainer_DeliversEachChange()
    {
        var container = await store.NewContainerAsync();
        Container leases = await container.Database.CreateContainerAsync(new ContainerProperties("leases", "/id") { DefaultTimeToLive = -1 });
        var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, bool>();
        var processor = container.GetChangeFeedProcessorBuilder<Item>("p", (IReadOnlyCollection<Item> changes, CancellationToken _) =>
            {
                foreach (var change in changes)
                    seen[change.id] = true;
                return Task.CompletedTask;
            })
            .WithInstanceName("i").WithLeaseContainer(leases).WithPollInterval(TimeSpan.FromMilliseconds(50))
            .WithStartTime(DateTime.MinValue.ToUniversalTime()).Build();
        await processor.StartAsync();
        for (var number = 0; number < 10; number++)
            await container.CreateItemAsync(new Item($"i{number}", "T1"), new PartitionKey("T1"));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (seen.Count < 10)
            await Task.Delay(20, deadline.Token);
        await processor.StopAsync();
    }

    private static async Task<(List<Item> Changes, string Continuation)> DrainAsync(FeedIterator<Item> feed)
    {
        var changes = new List<Item>();
        while (true)
        {
            var page = await feed.ReadNextAsync();
            if (page.StatusCode == HttpStatusCode.NotModified)
                return (changes, page.ContinuationToken);
            changes.AddRange(page);
        }
    }
}
