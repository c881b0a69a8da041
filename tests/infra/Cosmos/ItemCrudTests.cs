using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Azure.Cosmos;

namespace Crm.Local.Tests.Cosmos;

public sealed class ItemCrudTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    private static readonly PartitionKey T1 = new("T1");

    [Fact]
    public async Task Create_NewItem_IsReadBackWithSystemProperties()
    {
        var container = await store.NewContainerAsync();
        var created = await container.CreateItemAsync(new Item("a", "T1") { name = "Ünï \"quoted\"", amount = 1.5 }, T1);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.True(created.RequestCharge >= 5);

        var read = await container.ReadItemAsync<Item>("a", T1);
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.Equal("Ünï \"quoted\"", read.Resource.name);
        Assert.Equal(read.ETag, read.Resource._etag);
        Assert.Equal(created.ETag, read.ETag);
        Assert.Equal(16, Convert.FromBase64String(read.Resource._rid!.Replace('-', '/')).Length);
        Assert.Equal(1, read.RequestCharge, 1);
    }

    [Fact]
    public async Task Create_SameIdTwice_ReturnsConflict()
    {
        var container = await store.NewContainerAsync();
        await container.CreateItemAsync(new Item("a", "T1"), T1);
        await StoreFixture.RefusedAsync(HttpStatusCode.Conflict, () => container.CreateItemAsync(new Item("a", "T1"), T1));
        // Another logical partition has its own ids.
        await container.CreateItemAsync(new Item("a", "T2"), new PartitionKey("T2"));
    }

    [Fact]
    public async Task Read_MissingItem_ReturnsNotFoundWithoutSubStatus()
    {
        var container = await store.NewContainerAsync();
        var exception = await StoreFixture.RefusedAsync(HttpStatusCode.NotFound, () => container.ReadItemAsync<Item>("no", T1));
        Assert.Equal(0, exception.SubStatusCode);
    }

    [Fact]
    public async Task Create_InMissingContainer_ReturnsNotFound1003()
    {
        var container = store.Client.GetContainer("nowhere", "nothing");
        var exception = await StoreFixture.RefusedAsync(HttpStatusCode.NotFound, () => container.CreateItemAsync(new Item("a", "T1"), T1));
        Assert.Equal(1003, exception.SubStatusCode);
    }

    [Fact]
    public async Task Upsert_MissingThenPresent_CreatesThenReplaces()
    {
        var container = await store.NewContainerAsync();
        var first = await container.UpsertItemAsync(new Item("a", "T1"), T1, new ItemRequestOptions { IfMatchEtag = "\"none\"" });
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        var second = await container.UpsertItemAsync(new Item("a", "T1") { name = "new" }, T1);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(first.Resource._rid, second.Resource._rid);
        Assert.NotEqual(first.ETag, second.ETag);
        Assert.Equal("new", (await container.ReadItemAsync<Item>("a", T1)).Resource.name);
    }

    [Fact]
    public async Task Replace_WithStaleETag_Returns412()
    {
        var container = await store.NewContainerAsync();
        var first = await container.CreateItemAsync(new Item("a", "T1"), T1);
        var options = new ItemRequestOptions { IfMatchEtag = first.ETag };
        await container.ReplaceItemAsync(new Item("a", "T1") { name = "one" }, "a", T1, options);
        await StoreFixture.RefusedAsync(
            HttpStatusCode.PreconditionFailed, () => container.ReplaceItemAsync(new Item("a", "T1") { name = "two" }, "a", T1, options));
        Assert.Equal("one", (await container.ReadItemAsync<Item>("a", T1)).Resource.name);
    }

    [Fact]
    public async Task Replace_MissingItem_ReturnsNotFound()
    {
        var container = await store.NewContainerAsync();
        await StoreFixture.RefusedAsync(HttpStatusCode.NotFound, () => container.ReplaceItemAsync(new Item("a", "T1"), "a", T1));
    }

    [Fact]
    public async Task Read_WithCurrentETag_Returns304()
    {
        var container = await store.NewContainerAsync();
        var created = await container.CreateItemAsync(new Item("a", "T1"), T1);
        using var response = await container.ReadItemStreamAsync("a", T1, new ItemRequestOptions { IfNoneMatchEtag = created.ETag });
        Assert.Equal(HttpStatusCode.NotModified, response.StatusCode);
        Assert.Equal(created.ETag, response.Headers.ETag);
    }

    [Fact]
    public async Task Delete_ThenRead_IsGoneAndDeletesOnce()
    {
        var container = await store.NewContainerAsync();
        var created = await container.CreateItemAsync(new Item("a", "T1"), T1);
        await StoreFixture.RefusedAsync(
            HttpStatusCode.PreconditionFailed, () => container.DeleteItemAsync<Item>("a", T1, new ItemRequestOptions { IfMatchEtag = "\"x\"" }));
        var deleted = await container.DeleteItemAsync<Item>("a", T1, new ItemRequestOptions { IfMatchEtag = created.ETag });
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await StoreFixture.RefusedAsync(HttpStatusCode.NotFound, () => container.ReadItemAsync<Item>("a", T1));
        await StoreFixture.RefusedAsync(HttpStatusCode.NotFound, () => container.DeleteItemAsync<Item>("a", T1));
        var again = await container.CreateItemAsync(new Item("a", "T1"), T1);
        Assert.NotEqual(created.ETag, again.ETag);
        Assert.NotEqual(created.Resource._rid, again.Resource._rid);
    }

    [Fact]
    public async Task Create_WithKeyOfAnotherPartition_Returns400With1001()
    {
        var container = await store.NewContainerAsync();
        var exception = await StoreFixture.RefusedAsync(
            HttpStatusCode.BadRequest, () => container.CreateItemAsync(new Item("a", "T2"), T1));
        Assert.Equal(1001, exception.SubStatusCode);
    }

    [Fact]
    public async Task Read_AskingForStrongConsistency_IsServed()
    {
        var container = await store.NewContainerAsync();
        await container.CreateItemAsync(new Item("a", "T1"), T1);
        using var client = StoreFixture.NewClient(store.Store, options => options.ConsistencyLevel = ConsistencyLevel.Session);
        var read = await client.GetContainer(container.Database.Id, container.Id)
            .ReadItemAsync<Item>("a", T1, new ItemRequestOptions { ConsistencyLevel = ConsistencyLevel.Strong });
        Assert.Equal("a", read.Resource.id);
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("100% sure")]
    [InlineData("plus+quote'\"")]
    [InlineData("ключ-é-日本")]
    [InlineData("a:b|c")]
    public async Task Ids_OfUnusualCharacters_AreKept(string id)
    {
        var container = await store.NewContainerAsync();
        await container.CreateItemAsync(new Item(id, "T1"), T1);
        Assert.Equal(id, (await container.ReadItemAsync<Item>(id, T1)).Resource.id);
        Assert.Equal(HttpStatusCode.NoContent, (await container.DeleteItemAsync<Item>(id, T1)).StatusCode);
    }

    [Theory]
    [InlineData("""{"id":"a/b","tenantId":"T1"}""")]
    [InlineData("""{"id":"a#b","tenantId":"T1"}""")]
    [InlineData("""{"id":"","tenantId":"T1"}""")]
    [InlineData("""{"id":7,"tenantId":"T1"}""")]
    [InlineData("""{"tenantId":"T1"}""")]
    [InlineData("""[{"id":"a","tenantId":"T1"}]""")]
    [InlineData("""{"id":"a","tenantId":"T1"}{}""")]
    [InlineData("""{"id":"a","tenantId":"T1","x":"\ud800"}""")]
    [InlineData("""{"id":"a","tenantId":"T1",""")]
    public async Task Create_InvalidItem_Returns400(string json)
    {
        var container = await store.NewContainerAsync();
        using var response = await container.CreateItemStreamAsync(StoreFixture.Utf8(json), T1);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Create_LargerThan2MB_Returns413()
    {
        var container = await store.NewContainerAsync();
        var item = new Item("a", "T1") { name = new string('x', 2 * 1024 * 1024) };
        await StoreFixture.RefusedAsync(HttpStatusCode.RequestEntityTooLarge, () => container.CreateItemAsync(item, T1));
    }

    [Fact]
    public async Task Write_WithMinimalAnswer_HasNoBody()
    {
        var container = await store.NewContainerAsync();
        var created = await container.CreateItemAsync(new Item("a", "T1"), T1, new ItemRequestOptions { EnableContentResponseOnWrite = false });
        Assert.Null(created.Resource);
        Assert.NotNull(created.ETag);
    }

    [Fact]
    public async Task Replace_WithSystemPropertiesInBody_StoresNoneOfThem()
    {
        var container = await store.NewContainerAsync();
        await container.CreateItemAsync(new Item("a", "T1"), T1);
        const string json = """ { "_rid" : "x", "id" : "a", "_ts":1, "n" : { "_ts" : 5 }, "tenantId" : "T1", "_etag":"y" } """;
        using var response = await container.ReplaceItemStreamAsync(StoreFixture.Utf8(json), "a", T1);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var item = (JsonObject)await StoreFixture.JsonAsync(response);
        Assert.Equal(["id", "n", "tenantId", "_rid", "_self", "_etag", "_attachments", "_ts"], item.Select(property => property.Key));
        Assert.Equal(5, (int)item["n"]!["_ts"]!);
    }

    [Fact]
    public async Task Keys_OfEveryType_AreApart()
    {
        var container = await store.NewContainerAsync(null, "/k");
        (string Json, PartitionKey Key)[] cases =
        [
            ("\"1\"", new PartitionKey("1")), ("1", new PartitionKey(1)), ("true", new PartitionKey(true)), ("null", PartitionKey.Null),
        ];
        foreach (var (json, key) in cases)
        {
            using var created = await container.CreateItemStreamAsync(StoreFixture.Utf8($$"""{"id":"a","k":{{json}}}"""), key);
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        }

        using var none = await container.CreateItemStreamAsync(StoreFixture.Utf8("""{"id":"a"}"""), PartitionKey.None);
        Assert.Equal(HttpStatusCode.Created, none.StatusCode);
        using var read = await container.ReadItemStreamAsync("a", PartitionKey.None);
        Assert.Null((await StoreFixture.JsonAsync(read))["k"]);
    }
}
