using System.Net;
using Crm.Local.Cosmos;
using Crm.Local.Tests.Cosmos;
using Microsoft.Azure.Cosmos;

namespace Crm.Local.Tests.Conformance;

/// <summary>What the .NET SDK does with many items at once, in process and over the port.</summary>
public sealed class SdkTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    private const int Many = 600;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Bulk_OfEveryKind_DoesEachOnItsOwn(bool overPort)
    {
        await using var client = await ConnectAsync(overPort, bulk: true);
        var items = await client.NewContainerAsync(store, "/tenantId");
        var created = await Task.WhenAll(Enumerable.Range(0, Many).Select(n => items.CreateItemAsync(New(n), KeyOf(n))));
        Assert.All(created, one => Assert.Equal(HttpStatusCode.Created, one.StatusCode));

        var upserted = Task.WhenAll(Enumerable.Range(0, 50).Select(n => items.UpsertItemAsync(New(n) with { name = "upserted" }, KeyOf(n))));
        var patched = Task.WhenAll(Enumerable.Range(50, 50).Select(n => items.PatchItemAsync<Item>($"i{n}", KeyOf(n), [PatchOperation.Set("/name", "patched")])));
        var replaced = Task.WhenAll(Enumerable.Range(100, 50).Select(n => items.ReplaceItemAsync(New(n) with { name = "replaced" }, $"i{n}", KeyOf(n))));
        var deleted = Task.WhenAll(Enumerable.Range(150, 50).Select(n => items.DeleteItemAsync<Item>($"i{n}", KeyOf(n))));
        await Task.WhenAll(upserted, patched, replaced, deleted);
        await StoreFixture.RefusedAsync(HttpStatusCode.Conflict, () => items.CreateItemAsync(New(7), KeyOf(7)));
        await StoreFixture.RefusedAsync(HttpStatusCode.NotFound, () => items.ReplaceItemAsync(New(170), "i170", KeyOf(170)));
        await StoreFixture.RefusedAsync(HttpStatusCode.PreconditionFailed, () => items.DeleteItemAsync<Item>("i7", KeyOf(7), new ItemRequestOptions { IfMatchEtag = created[7].ETag }));

        var read = await Task.WhenAll(Enumerable.Range(0, 150).Select(n => items.ReadItemAsync<Item>($"i{n}", KeyOf(n))));
        Assert.Equal([("upserted", 50), ("patched", 50), ("replaced", 50)], read.CountBy(one => one.Resource.name!).Select(pair => (pair.Key, pair.Value)));
        Assert.Equal([Many - 50], await StoreFixture.AllAsync(items.GetItemQueryIterator<int>("SELECT VALUE COUNT(1) FROM c")));
    }

    [Theory]
    [InlineData(false, "/tenantId")]
    [InlineData(true, "/tenantId")]
    [InlineData(true, "/tenantId", "/name", "/id")]
    public async Task ReadMany_OfHundreds_FindsThoseThatAre(bool overPort, params string[] keyPaths)
    {
        await using var client = await ConnectAsync(overPort, bulk: true);
        var items = await client.NewContainerAsync(store, keyPaths);
        await Task.WhenAll(Enumerable.Range(0, Many).Select(n => items.CreateItemAsync(New(n), Key(n))));
        // Every other one, as many that are not there, and some in the wrong partition.
        var asked = Enumerable.Range(0, Many).Select(n => 2 * n).Select(n => ($"i{n}", Key(n))).Concat(Enumerable.Range(0, 20).Select(n => ($"i{n}", Key(n + 1))));
        var found = await items.ReadManyItemsAsync<Item>([.. asked]);
        Assert.Equal(Enumerable.Range(0, Many / 2).Select(n => $"i{2 * n}").Order(StringComparer.Ordinal), found.Select(item => item.id).Order(StringComparer.Ordinal));

        PartitionKey Key(int n) => keyPaths.Length == 1 ? KeyOf(n) : new PartitionKeyBuilder().Add($"T{n % 5}").Add($"n{n % 3}").Add($"i{n}").Build();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FeedRanges_TogetherHoldEverything(bool overPort)
    {
        await using var client = await ConnectAsync(overPort);
        var items = await client.NewContainerAsync(store, "/tenantId");
        for (var n = 0; n < 30; n++) await items.CreateItemAsync(New(n), KeyOf(n));
        var all = new List<Item>();
        foreach (var range in await items.GetFeedRangesAsync())
        {
            // As text, the way one worker hands it to another.
            var handed = FeedRange.FromJsonString(range.ToJsonString());
            all.AddRange(await StoreFixture.AllAsync(items.GetItemQueryIterator<Item>(handed, new QueryDefinition("SELECT * FROM c ORDER BY c.amount"), requestOptions: new QueryRequestOptions { MaxItemCount = 7 })));
        }

        Assert.Equal(Enumerable.Range(0, 30).Select(n => (double?)n), all.Select(item => item.amount));
    }

    [Theory]
    [InlineData("SELECT * FROM c WHERE c.amount > 3")]
    [InlineData("SELECT VALUE c.amount FROM c ORDER BY c.amount DESC")]
    [InlineData("SELECT VALUE COUNT(1) FROM c")]
    public async Task OptimisticQuery_HasTheRowsOfAnyOther(string query)
    {
        await using var client = await ConnectAsync(overPort: false);
        var items = await client.NewContainerAsync(store, "/tenantId");
        for (var n = 0; n < 30; n++) await items.CreateItemAsync(New(n), KeyOf(n));
        foreach (var key in new PartitionKey?[] { null, KeyOf(1) })
        {
            var plain = await AllAsync(isOptimistic: false);
            Assert.NotEmpty(plain);
            Assert.Equal(plain, await AllAsync(isOptimistic: true));

            async Task<IEnumerable<string>> AllAsync(bool isOptimistic) =>
                (await StoreFixture.AllAsync(items.GetItemQueryIterator<object>(query, requestOptions: new QueryRequestOptions { PartitionKey = key, MaxItemCount = 4, EnableOptimisticDirectExecution = isOptimistic })))
                .Select(row => $"{row}");
        }
    }

    [Theory]
    [InlineData("SELECT * FROM c")]
    [InlineData("SELECT * FROM c ORDER BY c.amount")]
    [InlineData("SELECT DISTINCT c.id, c.name FROM c")]
    public async Task Page_OfLargeItems_EndsAtFourMegabytes(string query)
    {
        await using var client = await ConnectAsync(overPort: false);
        var items = await client.NewContainerAsync(store, "/tenantId");
        for (var n = 0; n < 9; n++) await items.CreateItemAsync(New(n) with { name = new string((char)('a' + n), 1024 * 1024) }, KeyOf(n));
        var pages = new List<int>();
        using var iterator = items.GetItemQueryIterator<Item>(query);
        while (iterator.HasMoreResults) pages.Add((await iterator.ReadNextAsync()).Count);
        Assert.Equal([4, 4, 1], pages);
    }

    [Fact]
    public async Task Create_WithAKeyLongerThanTheLimit_Returns400()
    {
        await using var client = await ConnectAsync(overPort: false);
        var items = await client.NewContainerAsync(store, "/tenantId");
        var key = new string('k', 2049);
        await StoreFixture.RefusedAsync(HttpStatusCode.BadRequest, () => items.CreateItemAsync(new Item("a", key), new PartitionKey(key)));
        await items.CreateItemAsync(new Item("a", key[..2000]), new PartitionKey(key[..2000]));
    }

    [Fact]
    public async Task Create_OfAContainerWithAutoscale_Returns501()
    {
        var items = await store.NewContainerAsync();
        await StoreFixture.RefusedAsync(HttpStatusCode.NotImplemented, () =>
            items.Database.CreateContainerAsync(new ContainerProperties("more", "/tenantId"), ThroughputProperties.CreateAutoscaleThroughput(1000)));
    }

    private static Item New(int n) => new($"i{n}", $"T{n % 5}") { amount = n, name = $"n{n % 3}" };

    private static PartitionKey KeyOf(int n) => new($"T{n % 5}");

    private async Task<Connected> ConnectAsync(bool overPort, bool bulk = false)
    {
        if (!overPort) return new Connected(StoreFixture.NewClient(store.Store, options => options.AllowBulkExecution = bulk), null);
        var server = await CosmosServer.StartAsync(store.Store, port: 0);
        var options = new CosmosClientOptions { ConnectionMode = ConnectionMode.Gateway, LimitToEndpoint = true, AllowBulkExecution = bulk };
        return new Connected(new CosmosClient($"http://localhost:{server.Port}/", StoreFixture.AccountKey, options), server);
    }

    private sealed class Connected(CosmosClient client, CosmosServer? server) : IAsyncDisposable
    {
        public async Task<Container> NewContainerAsync(StoreFixture store, params string[] keyPaths)
        {
            var made = await store.NewContainerAsync(null, keyPaths);
            return client.GetContainer(made.Database.Id, made.Id);
        }

        public async ValueTask DisposeAsync()
        {
            client.Dispose();
            if (server is not null) await server.DisposeAsync();
        }
    }
}
