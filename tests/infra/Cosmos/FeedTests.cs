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
    public async Task ChangeFeed_WhileBatchesAreWritten_NeverShowsPartOfOne()
    {
        const int Batches = 60, Size = 3;
        var container = await store.NewContainerAsync();
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var writing = Task.WhenAll(Enumerable.Range(0, Batches).Select(number => WriteAsync($"T{number % 4}", number)));
        using var feed = container.GetChangeFeedIterator<Item>(ChangeFeedStartFrom.Beginning(), ChangeFeedMode.Incremental, new ChangeFeedRequestOptions { PageSizeHint = Batches * Size });
        var seen = 0;
        while (seen < Batches * Size)
        {
            var page = await feed.ReadNextAsync(deadline.Token);
            if (page.StatusCode is HttpStatusCode.NotModified) continue;
            Assert.All(page.GroupBy(item => item.name), batch => Assert.Equal(Size, batch.Count()));
            seen += page.Count;
        }

        await writing;

        async Task WriteAsync(string tenant, int number)
        {
            await Task.Yield();
            var batch = container.CreateTransactionalBatch(new PartitionKey(tenant));
            for (var part = 0; part < Size; part++)
                batch.CreateItem(new Item($"{number}-{part}", tenant) { name = $"{number}" });
            using var written = await batch.ExecuteAsync(deadline.Token);
            Assert.Equal(HttpStatusCode.OK, written.StatusCode);
        }
    }

    [Fact]
    public async Task ChangeFeed_LeavesOutWhatIsDeletedOrExpired()
    {
        var container = await store.NewContainerAsync(properties => properties.DefaultTimeToLive = -1);
        var key = new PartitionKey("T1");
        await container.CreateItemAsync(new Item("kept", "T1"), key);
        await container.CreateItemAsync(new Item("short", "T1") { ttl = 5 }, key);
        await container.CreateItemAsync(new Item("gone", "T1"), key);
        await container.DeleteItemAsync<Item>("gone", key);
        store.Clock.Advance(TimeSpan.FromSeconds(6));
        using var feed = container.GetChangeFeedIterator<Item>(ChangeFeedStartFrom.Beginning(), ChangeFeedMode.Incremental);
        var (changes, continuation) = await DrainAsync(feed);
        Assert.Equal(["kept"], changes.Select(change => change.id));

        // The log goes on after what is no longer there.
        await container.CreateItemAsync(new Item("later", "T1"), key);
        using var next = container.GetChangeFeedIterator<JsonNumbered>(ChangeFeedStartFrom.ContinuationToken(continuation), ChangeFeedMode.Incremental);
        Assert.Equal(5, Assert.Single(await next.ReadNextAsync())._lsn);
    }

    [Fact]
    public async Task ChangeFeed_OfAContainerMadeAgain_KnowsNothingOfTheOld()
    {
        var container = await store.NewContainerAsync();
        await container.CreateItemAsync(new Item("old", "T1"), new PartitionKey("T1"));
        using var before = container.GetChangeFeedIterator<Item>(ChangeFeedStartFrom.Beginning(), ChangeFeedMode.Incremental);
        var (_, continuation) = await DrainAsync(before);
        await container.DeleteContainerAsync();
        using var client = StoreFixture.NewClient(store.Store);
        var again = (await client.GetDatabase(container.Database.Id).CreateContainerAsync(container.Id, "/tenantId")).Container;
        await again.CreateItemAsync(new Item("new", "T1"), new PartitionKey("T1"));

        using var feed = again.GetChangeFeedIterator<Item>(ChangeFeedStartFrom.Beginning(), ChangeFeedMode.Incremental);
        Assert.Equal(["new"], (await DrainAsync(feed)).Changes.Select(change => change.id));
        using var stale = again.GetChangeFeedIterator<Item>(ChangeFeedStartFrom.ContinuationToken(continuation), ChangeFeedMode.Incremental);
        await StoreFixture.RefusedAsync(HttpStatusCode.BadRequest, () => stale.ReadNextAsync());
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

#pragma warning disable IDE1006 // The property name is the JSON name.
    public sealed record JsonNumbered(long _lsn);
#pragma warning restore IDE1006
}
