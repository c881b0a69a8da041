using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Azure.Cosmos;

namespace Crm.Local.Tests.Cosmos;

public sealed class PatchTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    private static readonly PartitionKey T1 = new("T1");

    [Fact]
    public async Task Patch_AllSixOperations_AreAppliedInOrder()
    {
        var container = await store.NewContainerAsync();
        await CreateAsync(container, """{"id":"a","tenantId":"T1","n":1,"list":["x","z"],"old":{"deep":true},"gone":0}""");
        using var response = await container.PatchItemStreamAsync(
            "a",
            T1,
            [
                PatchOperation.Add("/list/1", "y"), PatchOperation.Add("/list/-", "end"), PatchOperation.Set("/list/0", "first"),
                PatchOperation.Replace("/n", 10), PatchOperation.Increment("/n", 5), PatchOperation.Increment("/count", 1.5),
                PatchOperation.Remove("/gone"), PatchOperation.Move("/old", "/moved"), PatchOperation.Set("/added", new { k = (string?)null }),
            ]);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var item = (JsonObject)await StoreFixture.JsonAsync(response);
        foreach (var name in (string[])["_rid", "_self", "_etag", "_attachments", "_ts"])
            Assert.True(item.Remove(name));
        Assert.Equal(
            """{"id":"a","tenantId":"T1","n":15,"list":["first","y","z","end"],"count":1.5,"moved":{"deep":true},"added":{"k":null}}""",
            item.ToJsonString());
    }

    [Fact]
    public async Task Patch_WithElevenOperations_Returns400()
    {
        var container = await store.NewContainerAsync();
        await CreateAsync(container, """{"id":"a","tenantId":"T1"}""");
        var operations = Enumerable.Range(0, 11).Select(number => PatchOperation.Set($"/p{number}", number)).ToList();
        await StoreFixture.RefusedAsync(HttpStatusCode.BadRequest, () => container.PatchItemAsync<Item>("a", T1, operations));
    }

    [Fact]
    public async Task Patch_WhoseLastOperationFails_ChangesNothing()
    {
        var container = await store.NewContainerAsync();
        await CreateAsync(container, """{"id":"a","tenantId":"T1","name":"before"}""");
        await StoreFixture.RefusedAsync(
            HttpStatusCode.BadRequest,
            () => container.PatchItemAsync<Item>("a", T1, [PatchOperation.Set("/name", "after"), PatchOperation.Remove("/missing")]));
        Assert.Equal("before", (await container.ReadItemAsync<Item>("a", T1)).Resource.name);
    }

    [Theory]
    [InlineData("/id")]
    [InlineData("/tenantId")]
    [InlineData("/_ts")]
    public async Task Patch_OfWhatCannotChange_Returns400(string path)
    {
        var container = await store.NewContainerAsync();
        await CreateAsync(container, """{"id":"a","tenantId":"T1"}""");
        await StoreFixture.RefusedAsync(
            HttpStatusCode.BadRequest, () => container.PatchItemAsync<Item>("a", T1, [PatchOperation.Set(path, "x")]));
    }

    [Fact]
    public async Task Patch_MissingItemOrStaleETag_IsRefused()
    {
        var container = await store.NewContainerAsync();
        await StoreFixture.RefusedAsync(
            HttpStatusCode.NotFound, () => container.PatchItemAsync<Item>("a", T1, [PatchOperation.Set("/x", 1)]));
        await CreateAsync(container, """{"id":"a","tenantId":"T1"}""");
        await StoreFixture.RefusedAsync(
            HttpStatusCode.PreconditionFailed,
            () => container.PatchItemAsync<Item>("a", T1, [PatchOperation.Set("/x", 1)], new PatchItemRequestOptions { IfMatchEtag = "\"old\"" }));
    }

    private static async Task CreateAsync(Container container, string json)
    {
        using var response = await container.CreateItemStreamAsync(StoreFixture.Utf8(json), T1);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }
}
