using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Cosmos.Linq;

namespace Crm.Local.Tests.Cosmos;

public sealed class QueryWireTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Fact]
    public async Task Query_OfOnePartition_UsesParametersAndPages()
    {
        var container = await SeededAsync();
        var query = new QueryDefinition("SELECT * FROM c WHERE c.amount >= @least ORDER BY c.amount DESC").WithParameter("@least", 5);
        using var iterator = container.GetItemQueryIterator<Item>(
            query, requestOptions: new QueryRequestOptions { PartitionKey = new PartitionKey("T0"), MaxItemCount = 3 });
        var first = await iterator.ReadNextAsync();
        Assert.Equal(3, first.Count);
        Assert.NotNull(first.ContinuationToken);
        Assert.True(first.RequestCharge >= 2.3);
        var rest = await StoreFixture.AllAsync(container.GetItemQueryIterator<Item>(
            query, first.ContinuationToken, new QueryRequestOptions { PartitionKey = new PartitionKey("T0"), MaxItemCount = 3 }));
        var expected = Enumerable.Range(0, 30).Where(number => number % 3 == 0 && number >= 5).OrderDescending().Select(number => (double?)number);
        Assert.Equal(expected, first.Concat(rest).Select(item => item.amount));
    }

    [Fact]
    public async Task Query_AcrossPartitions_SeesAll()
    {
        var container = await SeededAsync();
        using var iterator = container.GetItemQueryIterator<int>("SELECT VALUE COUNT(1) FROM c");
        Assert.Equal([30], await StoreFixture.AllAsync(iterator));
        using var feed = container.GetItemLinqQueryable<Item>().Where(item => item.name == "n4" || item.amount == 7).OrderBy(item => item.id).ToFeedIterator();
        Assert.Equal(["i04", "i07"], (await StoreFixture.AllAsync(feed)).Select(item => item.id));
    }

    [Fact]
    public async Task Query_OfAPrefixOfAHierarchicalKey_SeesOnlyIt()
    {
        var container = await store.NewContainerAsync(
            properties =>
            {
                properties.IndexingPolicy.IncludedPaths.Add(new IncludedPath { Path = "/n/?" });
                properties.IndexingPolicy.ExcludedPaths.Add(new ExcludedPath { Path = "/*" });
            },
            "/t", "/e", "/r");
        foreach (var (tenant, entity, number) in
            from tenant in (string[])["a", "b"] from entity in (string[])["x", "y"] from number in Enumerable.Range(0, 10) select (tenant, entity, number))
        {
            using var response = await container.CreateItemStreamAsync(
                StoreFixture.Utf8($$"""{"id":"{{number}}","t":"{{tenant}}","e":"{{entity}}","r":"{{number}}","n":{{number}}}"""),
                new PartitionKeyBuilder().Add(tenant).Add(entity).Add($"{number}").Build());
            Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        }

        var prefix = new PartitionKeyBuilder().Add("a").Add("y").Build();
        var options = new QueryRequestOptions { PartitionKey = prefix, MaxItemCount = 2 };
        var rows = await StoreFixture.AllAsync(container.GetItemQueryIterator<JsonObjectRow>(
            "SELECT c.t, c.e, c.n FROM c WHERE c.t = 'a' AND c.e = 'y' AND c.n > 3 ORDER BY c.n DESC", requestOptions: options));
        Assert.Equal([9, 8, 7, 6, 5, 4], rows.Select(row => row.n));
        Assert.All(rows, row => Assert.Equal(("a", "y"), (row.t, row.e)));
        using var tenantWide = container.GetItemQueryIterator<int>(
            "SELECT VALUE COUNT(1) FROM c", requestOptions: new QueryRequestOptions { PartitionKey = new PartitionKeyBuilder().Add("b").Build() });
        Assert.Equal([20], await StoreFixture.AllAsync(tenantWide));
    }

    [Fact]
    public async Task ReadMany_OfSeveralItems_FindsThoseThatExist()
    {
        var container = await SeededAsync();
        var found = await container.ReadManyItemsAsync<Item>(
        [
            ("i00", new PartitionKey("T0")), ("i01", new PartitionKey("T1")), ("i01", new PartitionKey("T2")), ("none", new PartitionKey("T0")),
        ]);
        Assert.Equal(["i00", "i01"], found.Select(item => item.id).Order());
    }

    [Fact]
    public async Task Query_OfInvalidText_Returns400WithItsCode()
    {
        var container = await SeededAsync();
        var exception = await StoreFixture.RefusedAsync(
            HttpStatusCode.BadRequest, () => StoreFixture.AllAsync(container.GetItemQueryIterator<JsonObject>("SELEC * FROM c")));
        Assert.Contains("SC1001", exception.ResponseBody, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("c.amount", true)]
    [InlineData("c.deep.kept", true)]
    [InlineData("c.id", true)]
    [InlineData("c.name", false)]
    [InlineData("c.deep.other", false)]
    [InlineData("c.name, c.amount DESC", true)]
    [InlineData("c.name DESC, c.amount ASC", true)]
    [InlineData("c.name, c.amount", false)]
    [InlineData("c.amount DESC, c.name", false)]
    [InlineData("c.name, c.amount DESC, c.id", false)]
    public async Task Query_WithAnOrder_NeedsAnIndexThatHasIt(string order, bool served)
    {
        var container = await store.NewContainerAsync(properties =>
        {
            foreach (var path in (string[])["/amount/?", "/deep/kept/?"])
                properties.IndexingPolicy.IncludedPaths.Add(new IncludedPath { Path = path });
            foreach (var path in (string[])["/*", "/deep/*"])
                properties.IndexingPolicy.ExcludedPaths.Add(new ExcludedPath { Path = path });
            properties.IndexingPolicy.CompositeIndexes.Add(
                [new CompositePath { Path = "/name" }, new CompositePath { Path = "/amount", Order = CompositePathSortOrder.Descending }]);
        });
        await container.CreateItemAsync(new Item("a", "T0") { name = "n", amount = 1 }, new PartitionKey("T0"));
        var asked = StoreFixture.AllAsync(container.GetItemQueryIterator<Item>($"SELECT * FROM c ORDER BY {order}"));
        if (!served) await StoreFixture.RefusedAsync(HttpStatusCode.BadRequest, () => asked);
        else await asked;
    }

    [Fact]
    public async Task Patch_WithCondition_AppliesOnlyWhenItHolds()
    {
        var container = await SeededAsync();
        var options = new PatchItemRequestOptions { FilterPredicate = "FROM c WHERE c.amount = 3" };
        var key = new PartitionKey("T0");
        var patched = await container.PatchItemAsync<Item>("i03", key, [PatchOperation.Set("/amount", 4)], options);
        Assert.Equal(4, patched.Resource.amount);
        var exception = await StoreFixture.RefusedAsync(
            HttpStatusCode.PreconditionFailed, () => container.PatchItemAsync<Item>("i03", key, [PatchOperation.Set("/amount", 5)], options));
        Assert.Equal(1110, exception.SubStatusCode);
    }

    private async Task<Container> SeededAsync()
    {
        var container = await store.NewContainerAsync(properties =>
            properties.IndexingPolicy.IncludedPaths.Add(new IncludedPath { Path = "/amount/?" }));
        for (var number = 0; number < 30; number++)
        {
            var tenant = $"T{number % 3}";
            await container.CreateItemAsync(new Item($"i{number:00}", tenant) { name = $"n{number}", amount = number }, new PartitionKey(tenant));
        }

        return container;
    }

#pragma warning disable IDE1006 // The property names are the JSON names.
    private sealed record JsonObjectRow(string t, string e, int n);
#pragma warning restore IDE1006
}
