using System.Net;
using Microsoft.Azure.Cosmos;

namespace Crm.Local.Tests.Cosmos;

public sealed class ExpiryTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    private static readonly PartitionKey T1 = new("T1");

    [Fact]
    public async Task Item_PastItsTtl_IsAbsentEverywhere()
    {
        var container = await store.NewContainerAsync(properties =>
        {
            properties.DefaultTimeToLive = 1000;
            properties.UniqueKeyPolicy.UniqueKeys.Add(new UniqueKey { Paths = { "/name" } });
        });
        var first = await container.CreateItemAsync(new Item("short", "T1") { name = "x", ttl = 10 }, T1);
        await container.CreateItemAsync(new Item("default", "T1") { name = "y" }, T1);
        await container.CreateItemAsync(new Item("ever", "T1") { name = "z", ttl = -1 }, T1);
        store.Clock.Advance(TimeSpan.FromSeconds(11));

        await StoreFixture.RefusedAsync(HttpStatusCode.NotFound, () => container.ReadItemAsync<Item>("short", T1));
        await StoreFixture.RefusedAsync(HttpStatusCode.NotFound, () => container.ReplaceItemAsync(new Item("short", "T1"), "short", T1));
        Assert.Equal(["default", "ever"], await IdsAsync(container));
        // Neither its id nor its unique value is in the way any more.
        var again = await container.CreateItemAsync(new Item("other", "T1") { name = "x" }, T1);
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        var upserted = await container.UpsertItemAsync(new Item("short", "T1") { name = "w" }, T1);
        Assert.Equal(HttpStatusCode.Created, upserted.StatusCode);
        Assert.NotEqual(first.Resource._rid, upserted.Resource._rid);

        store.Clock.Advance(TimeSpan.FromSeconds(1001));
        Assert.Equal(["ever"], await IdsAsync(container));
    }

    [Fact]
    public async Task Ttl_SwitchedOnLater_CountsForExistingItems()
    {
        var container = await store.NewContainerAsync();
        await container.CreateItemAsync(new Item("own", "T1") { ttl = 5 }, T1);
        await container.CreateItemAsync(new Item("none", "T1"), T1);
        store.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(["none", "own"], await IdsAsync(container));
        ContainerProperties properties = await container.ReadContainerAsync();
        properties.DefaultTimeToLive = -1;
        await container.ReplaceContainerAsync(properties);
        Assert.Equal(["none"], await IdsAsync(container));
    }

    [Fact]
    public async Task Create_WithTtlZero_Returns400()
    {
        var container = await store.NewContainerAsync(properties => properties.DefaultTimeToLive = -1);
        await StoreFixture.RefusedAsync(HttpStatusCode.BadRequest, () => container.CreateItemAsync(new Item("a", "T1") { ttl = 0 }, T1));
    }

    [Fact]
    public async Task Item_Expired_IsPurgedInTheBackground()
    {
        var container = await store.NewContainerAsync(properties => properties.DefaultTimeToLive = 5);
        ContainerProperties properties = await container.ReadContainerAsync();
        await container.CreateItemAsync(new Item("a", "T1"), T1);
        store.Clock.Advance(TimeSpan.FromSeconds(6));
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var number = store.Store.Engine.Catalog.Containers.Single(found => found.SelfLink == properties.SelfLink).Number;
        while (await store.Store.Engine.WriteAsync(session =>
            session.Connection.QueryLong($"SELECT count(*) FROM items WHERE container = {number}")) > 0)
            await Task.Delay(20, deadline.Token);
    }

    // A plain read feed.
    private static async Task<List<string>> IdsAsync(Container container)
    {
        var items = await StoreFixture.AllAsync(container.GetItemQueryIterator<Item>());
        return [.. items.Select(item => item.id).Order(StringComparer.Ordinal)];
    }
}
