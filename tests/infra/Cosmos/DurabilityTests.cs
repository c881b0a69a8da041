using System.Net;
using Crm.Local.Cosmos;
using Microsoft.Azure.Cosmos;

namespace Crm.Local.Tests.Cosmos;

public sealed class DurabilityTests : IAsyncLifetime
{
    private readonly StoreFixture _store = new();

    public Task InitializeAsync() => _store.InitializeAsync();

    public Task DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Reopen_FindsEverythingWithTheSameIdsAndETags()
    {
        var container = await _store.NewContainerAsync();
        var (database, name) = (container.Database.Id, container.Id);
        ContainerProperties before = await container.ReadContainerAsync();
        var created = await container.CreateItemAsync(new Item("a", "T1") { name = "kept" }, new PartitionKey("T1"));
        await container.CreateItemAsync(new Item("gone", "T1"), new PartitionKey("T1"));
        await container.DeleteItemAsync<Item>("gone", new PartitionKey("T1"));
        await _store.ReopenAsync();

        container = _store.Client.GetContainer(database, name);
        ContainerProperties after = await container.ReadContainerAsync();
        Assert.Equal(before.SelfLink, after.SelfLink);
        var read = await container.ReadItemAsync<Item>("a", new PartitionKey("T1"));
        Assert.Equal(created.Resource, read.Resource with { tags = created.Resource.tags });
        var next = await container.CreateItemAsync(new Item("gone", "T1"), new PartitionKey("T1"));
        // Create, create, delete took three positions of the log; none is used twice.
        Assert.StartsWith("\"00000004-", next.ETag, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConcurrentWriters_EachAcknowledged_AreAllThereAfterReopen()
    {
        var container = await _store.NewContainerAsync();
        var (database, name) = (container.Database.Id, container.Id);
        var conflicts = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 400), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, _) =>
        {
            var key = new PartitionKey($"T{number % 7}");
            await container.CreateItemAsync(new Item($"i{number}", $"T{number % 7}"), key, cancellationToken: CancellationToken.None);
            // A failing neighbour in the same commit does no harm.
            try
            {
                await container.CreateItemAsync(new Item($"i{number}", $"T{number % 7}"), key, cancellationToken: CancellationToken.None);
            }
            catch (CosmosException exception) when (exception.StatusCode == HttpStatusCode.Conflict)
            {
                Interlocked.Increment(ref conflicts);
            }
        });
        Assert.Equal(400, conflicts);
        await _store.ReopenAsync();
        var items = await StoreFixture.AllAsync(_store.Client.GetContainer(database, name).GetItemQueryIterator<Item>());
        Assert.Equal(400, items.Select(item => item.id).Distinct().Count());
    }

    [Fact]
    public async Task ConcurrentWriters_OfOneItemUnderETag_LoseNoUpdate()
    {
        var container = await _store.NewContainerAsync();
        var key = new PartitionKey("T1");
        await container.CreateItemAsync(new Item("n", "T1") { amount = 0 }, key);
        await Parallel.ForEachAsync(Enumerable.Range(0, 40), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, _) =>
        {
            while (true)
            {
                var read = await container.ReadItemAsync<Item>("n", key, cancellationToken: CancellationToken.None);
                using var written = await container.ReplaceItemStreamAsync(
                    StoreFixture.Utf8($$"""{"id":"n","tenantId":"T1","amount":{{read.Resource.amount + 1}}}"""), "n", key,
                    new ItemRequestOptions { IfMatchEtag = read.ETag }, CancellationToken.None);
                if (written.IsSuccessStatusCode)
                    return;
                Assert.Equal(HttpStatusCode.PreconditionFailed, written.StatusCode);
            }
        });
        Assert.Equal(40, (await container.ReadItemAsync<Item>("n", key)).Resource.amount);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task Open_OfADamagedFile_IsRefusedAndLeavesItAlone(int start)
    {
        await _store.NewContainerAsync();
        await _store.CloseAsync();
        var path = Path.Combine(_store.Folder, "cosmos.db");
        var bytes = await File.ReadAllBytesAsync(path);
        bytes.AsSpan(start).Fill(0x5A);
        await File.WriteAllBytesAsync(path, bytes);
        var exception = Assert.Throws<InvalidDataException>(_store.Open);
        Assert.Contains("damaged", exception.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(path));
    }

    [Fact]
    public async Task Open_OfAnEmptyFile_IsRefused()
    {
        await _store.CloseAsync();
        var path = Path.Combine(_store.Folder, "cosmos.db");
        await File.WriteAllBytesAsync(path, []);
        Assert.Throws<InvalidDataException>(_store.Open);
        Assert.Equal(0, new FileInfo(path).Length);
    }

    [Fact]
    public void Open_OfAFolderInUse_IsRefused() =>
        Assert.Throws<IOException>(() => CosmosStore.Open(_store.Folder, StoreFixture.AccountKey, StoreFixture.Endpoint));

    [Fact]
    public async Task Write_OnAFullDisk_Returns503AndHarmsNothing()
    {
        var container = await _store.NewContainerAsync();
        var key = new PartitionKey("T1");
        await container.CreateItemAsync(new Item("before", "T1"), key);
        // A limit of pages is what a full disk is to SQLite.
        await _store.Store.Engine.WriteAsync(session =>
            session.Connection.QueryLong($"PRAGMA max_page_count = {session.Connection.QueryLong("PRAGMA page_count")}"));
        var big = new Item("big", "T1") { name = new string('x', 500_000) };
        var exception = await StoreFixture.RefusedAsync(HttpStatusCode.ServiceUnavailable, () => container.CreateItemAsync(big, key));
        Assert.Contains("disk is full", exception.ResponseBody, StringComparison.Ordinal);
        await container.ReadItemAsync<Item>("before", key);

        await _store.Store.Engine.WriteAsync(session => session.Connection.QueryLong("PRAGMA max_page_count = 1000000"));
        await container.CreateItemAsync(big, key);
        Assert.Equal(500_000, (await container.ReadItemAsync<Item>("big", key)).Resource.name!.Length);
    }

    [Fact]
    public async Task Write_ToAReadOnlyFile_Returns503AndReadsGoOn()
    {
        var container = await _store.NewContainerAsync();
        var key = new PartitionKey("T1");
        await container.CreateItemAsync(new Item("before", "T1"), key);
        // What a file system mounted read-only is to SQLite. The writer rests meanwhile, so this thread may use its connection.
        var connection = await _store.Store.Engine.WriteAsync(session => session.Connection);
        connection.Execute("PRAGMA query_only = ON");
        var exception = await StoreFixture.RefusedAsync(HttpStatusCode.ServiceUnavailable, () => container.CreateItemAsync(new Item("refused", "T1"), key));
        Assert.Contains("read-only", exception.ResponseBody, StringComparison.Ordinal);
        await container.ReadItemAsync<Item>("before", key);

        connection.Execute("PRAGMA query_only = OFF");
        await container.CreateItemAsync(new Item("after", "T1"), key);
        using var feed = container.GetChangeFeedIterator<FeedTests.JsonNumbered>(ChangeFeedStartFrom.Beginning(), ChangeFeedMode.Incremental);
        Assert.Equal([1, 2], (await feed.ReadNextAsync()).Select(change => change._lsn));
    }

    [Fact]
    public async Task Write_ThatThrows_HarmsNoNeighbour()
    {
        var engine = _store.Store.Engine;
        using var gate = new ManualResetEventSlim();
        var first = engine.WriteAsync(_ => gate.Wait(TimeSpan.FromSeconds(30)));
        var bad = engine.WriteAsync<int>(_ => throw new InvalidOperationException("at fault"));
        var good = engine.WriteAsync(session => session.Timestamp);
        gate.Set();
        Assert.True(await first);
        await Assert.ThrowsAsync<InvalidOperationException>(() => bad);
        Assert.True(await good > 0);
    }
}
