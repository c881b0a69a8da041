using System.Net;
using Microsoft.Azure.Cosmos;

namespace Crm.Local.Tests.Cosmos;

public sealed class ContainerTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Fact]
    public async Task Container_WithPolicies_EchoesThem()
    {
        var container = await store.NewContainerAsync(
            properties =>
            {
                properties.DefaultTimeToLive = -1;
                properties.UniqueKeyPolicy.UniqueKeys.Add(new UniqueKey { Paths = { "/email" } });
                properties.IndexingPolicy.IncludedPaths.Add(new IncludedPath { Path = "/name/?" });
                properties.IndexingPolicy.ExcludedPaths.Add(new ExcludedPath { Path = "/*" });
            },
            "/tenantId", "/entity", "/recordId");
        ContainerProperties read = await container.ReadContainerAsync();
        Assert.Equal(["/tenantId", "/entity", "/recordId"], read.PartitionKeyPaths);
        Assert.Equal(PartitionKeyDefinitionVersion.V2, read.PartitionKeyDefinitionVersion);
        Assert.Equal(-1, read.DefaultTimeToLive);
        Assert.Equal("/email", read.UniqueKeyPolicy.UniqueKeys[0].Paths[0]);
        Assert.Contains(read.IndexingPolicy.IncludedPaths, path => path.Path == "/name/?");
    }

    [Fact]
    public async Task Create_SameContainerTwice_ReturnsConflict()
    {
        var container = await store.NewContainerAsync();
        await StoreFixture.RefusedAsync(
            HttpStatusCode.Conflict, () => container.Database.CreateContainerAsync(new ContainerProperties("items", "/tenantId")));
        var again = await container.Database.CreateContainerIfNotExistsAsync(new ContainerProperties("items", "/tenantId"));
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        var database = await store.Client.CreateDatabaseIfNotExistsAsync(container.Database.Id);
        Assert.Equal(HttpStatusCode.OK, database.StatusCode);
    }

    [Fact]
    public async Task Lists_OfDatabasesAndContainers_HoldWhatWasCreated()
    {
        var container = await store.NewContainerAsync();
        var databases = await StoreFixture.AllAsync(store.Client.GetDatabaseQueryIterator<DatabaseProperties>());
        Assert.Contains(databases, database => database.Id == container.Database.Id);
        var containers = await StoreFixture.AllAsync(container.Database.GetContainerQueryIterator<ContainerProperties>());
        Assert.Equal(["items"], containers.Select(found => found.Id));
    }

    [Fact]
    public async Task Delete_Container_RemovesItsItemsAndARecreatedOneHasANewRid()
    {
        var container = await store.NewContainerAsync();
        await container.CreateItemAsync(new Item("a", "T1"), new PartitionKey("T1"));
        ContainerProperties before = await container.ReadContainerAsync();
        await container.DeleteContainerAsync();
        await StoreFixture.RefusedAsync(HttpStatusCode.NotFound, () => container.ReadContainerAsync());

        using var fresh = StoreFixture.NewClient(store.Store);
        Container again = await fresh.GetDatabase(container.Database.Id).CreateContainerAsync(new ContainerProperties("items", "/tenantId"));
        ContainerProperties after = await again.ReadContainerAsync();
        Assert.NotEqual(before.SelfLink, after.SelfLink);
        await StoreFixture.RefusedAsync(HttpStatusCode.NotFound, () => again.ReadItemAsync<Item>("a", new PartitionKey("T1")));
    }

    [Fact]
    public async Task Replace_Container_ChangesPoliciesButNotItsKey()
    {
        var container = await store.NewContainerAsync();
        ContainerProperties properties = await container.ReadContainerAsync();
        properties.DefaultTimeToLive = 60;
        ContainerProperties replaced = await container.ReplaceContainerAsync(properties);
        Assert.Equal(60, replaced.DefaultTimeToLive);
        var other = new ContainerProperties("items", "/other");
        await StoreFixture.RefusedAsync(HttpStatusCode.BadRequest, () => container.ReplaceContainerAsync(other));
    }

    [Fact]
    public async Task Throughput_OfContainer_IsWhatItWasCreatedWith()
    {
        var container = await store.NewContainerAsync();
        Assert.Null(await container.ReadThroughputAsync());
        Container provisioned = await container.Database.CreateContainerAsync(new ContainerProperties("more", "/tenantId"), throughput: 400);
        Assert.Equal(400, await provisioned.ReadThroughputAsync());
    }

    [Fact]
    public async Task UniqueKey_TakenInSamePartition_ReturnsConflictUntilFree()
    {
        var container = await store.NewContainerAsync(
            properties => properties.UniqueKeyPolicy.UniqueKeys.Add(new UniqueKey { Paths = { "/name" } }));
        var key = new PartitionKey("T1");
        await container.CreateItemAsync(new Item("a", "T1") { name = "x" }, key);
        await StoreFixture.RefusedAsync(HttpStatusCode.Conflict, () => container.CreateItemAsync(new Item("b", "T1") { name = "x" }, key));
        await container.CreateItemAsync(new Item("b", "T2") { name = "x" }, new PartitionKey("T2"));
        await container.CreateItemAsync(new Item("b", "T1") { name = "y" }, key);
        await StoreFixture.RefusedAsync(HttpStatusCode.Conflict, () => container.UpsertItemAsync(new Item("b", "T1") { name = "x" }, key));
        await container.ReplaceItemAsync(new Item("a", "T1") { name = "z" }, "a", key);
        await container.UpsertItemAsync(new Item("b", "T1") { name = "x" }, key);
        await container.DeleteItemAsync<Item>("b", key);
        await container.CreateItemAsync(new Item("c", "T1") { name = "x" }, key);
    }

    [Fact]
    public async Task HierarchicalKey_FullAndPartial_AddressItems()
    {
        var container = await store.NewContainerAsync(null, "/tenantId", "/kind", "/id");
        var full = new PartitionKeyBuilder().Add("T1").Add("k").Add("a").Build();
        using var created = await container.CreateItemStreamAsync(StoreFixture.Utf8("""{"id":"a","tenantId":"T1","kind":"k"}"""), full);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal("a", (await container.ReadItemAsync<Item>("a", full)).Resource.id);
        // The SDK completes a key that lacks only /id.
        var partial = new PartitionKeyBuilder().Add("T1").Add("k").Build();
        Assert.Equal("a", (await container.ReadItemAsync<Item>("a", partial)).Resource.id);
        await StoreFixture.RefusedAsync(
            HttpStatusCode.BadRequest, () => container.DeleteItemAsync<Item>("a", new PartitionKeyBuilder().Add("T1").Build()));
    }

    [Fact]
    public async Task Request_SignedWithAnotherKey_Returns401()
    {
        using var stranger = new CosmosClient(
            StoreFixture.Endpoint.AbsoluteUri,
            Convert.ToBase64String(new byte[64]),
            new CosmosClientOptions
            {
                ConnectionMode = ConnectionMode.Gateway,
                HttpClientFactory = () => new HttpClient(store.Store.Handler, disposeHandler: false),
            });
        await StoreFixture.RefusedAsync(HttpStatusCode.Unauthorized, () => stranger.GetContainer("a", "b").ReadItemAsync<Item>("x", PartitionKey.None));
    }
}
