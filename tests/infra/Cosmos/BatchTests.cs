using System.Net;
using Microsoft.Azure.Cosmos;

namespace Crm.Local.Tests.Cosmos;

public sealed class BatchTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    private static readonly PartitionKey T1 = new("T1");

    [Fact]
    public async Task Batch_OfEveryOperation_AppliesAll()
    {
        var container = await store.NewContainerAsync();
        foreach (var id in (string[])["replace", "patch", "read", "delete"])
            await container.CreateItemAsync(new Item(id, "T1") { name = "old" }, T1);
        using var response = await container.CreateTransactionalBatch(T1)
            .CreateItem(new Item("create", "T1") { name = "ü" })
            .UpsertItem(new Item("upsert", "T1"))
            .ReplaceItem("replace", new Item("replace", "T1") { name = "new" })
            .PatchItem("patch", [PatchOperation.Set("/name", "patched")])
            .ReadItem("read")
            .DeleteItem("delete")
            .ExecuteAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal([201, 201, 200, 200, 200, 204], response.Select(result => (int)result.StatusCode));
        Assert.Equal("ü", response.GetOperationResultAtIndex<Item>(0).Resource.name);
        Assert.Equal("old", response.GetOperationResultAtIndex<Item>(4).Resource.name);
        var read = await container.ReadItemAsync<Item>("patch", T1);
        Assert.Equal("patched", read.Resource.name);
        Assert.Equal(response[3].ETag, read.ETag);
        await StoreFixture.RefusedAsync(HttpStatusCode.NotFound, () => container.ReadItemAsync<Item>("delete", T1));
    }

    [Fact]
    public async Task Batch_WithOneFailingOperation_AppliesNothingAndAnswers424ForTheOthers()
    {
        var container = await store.NewContainerAsync();
        await container.CreateItemAsync(new Item("taken", "T1"), T1);
        using var response = await container.CreateTransactionalBatch(T1)
            .CreateItem(new Item("first", "T1"))
            .CreateItem(new Item("taken", "T1"))
            .CreateItem(new Item("last", "T1"))
            .ExecuteAsync();
        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Equal([424, 409, 424], response.Select(result => (int)result.StatusCode));
        await StoreFixture.RefusedAsync(HttpStatusCode.NotFound, () => container.ReadItemAsync<Item>("first", T1));
    }

    [Fact]
    public async Task Batch_WithStaleETag_Returns412()
    {
        var container = await store.NewContainerAsync();
        await container.CreateItemAsync(new Item("a", "T1"), T1);
        using var response = await container.CreateTransactionalBatch(T1)
            .CreateItem(new Item("change", "T1"))
            .ReplaceItem("a", new Item("a", "T1"), new TransactionalBatchItemRequestOptions { IfMatchEtag = "\"stale\"" })
            .ExecuteAsync();
        Assert.Equal(HttpStatusCode.PreconditionFailed, response.StatusCode);
        await StoreFixture.RefusedAsync(HttpStatusCode.NotFound, () => container.ReadItemAsync<Item>("change", T1));
    }

    [Fact]
    public async Task Batch_WithAnItemOfAnotherPartition_Returns400()
    {
        var container = await store.NewContainerAsync();
        using var response = await container.CreateTransactionalBatch(T1)
            .CreateItem(new Item("a", "T1"))
            .CreateItem(new Item("b", "T2"))
            .ExecuteAsync();
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        await StoreFixture.RefusedAsync(HttpStatusCode.NotFound, () => container.ReadItemAsync<Item>("a", T1));
    }

    [Theory]
    [InlineData(100, HttpStatusCode.OK)]
    [InlineData(101, HttpStatusCode.BadRequest)]
    public async Task Batch_OfManyOperations_IsLimitedTo100(int count, HttpStatusCode expected)
    {
        var container = await store.NewContainerAsync();
        var batch = container.CreateTransactionalBatch(T1);
        for (var number = 0; number < count; number++)
            batch.CreateItem(new Item($"i{number}", "T1"));
        using var response = await batch.ExecuteAsync();
        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Batch_LargerThan2MB_Returns413()
    {
        var container = await store.NewContainerAsync();
        var batch = container.CreateTransactionalBatch(T1);
        for (var number = 0; number < 3; number++)
            batch.CreateItem(new Item($"i{number}", "T1") { name = new string('x', 800_000) });
        using var response = await batch.ExecuteAsync();
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task Batch_WithMinimalAnswer_HasETagsAndNoBodies()
    {
        var container = await store.NewContainerAsync();
        using var response = await container.CreateTransactionalBatch(T1)
            .CreateItem(new Item("a", "T1"), new TransactionalBatchItemRequestOptions { EnableContentResponseOnWrite = false })
            .ExecuteAsync();
        Assert.Null(response.GetOperationResultAtIndex<Item>(0).Resource);
        Assert.NotEmpty(response[0].ETag);
    }

    [Fact]
    public async Task Bulk_WithOneConflict_AppliesTheOthers()
    {
        var container = await store.NewContainerAsync();
        await container.CreateItemAsync(new Item("i3", "T1"), T1);
        using var client = StoreFixture.NewClient(store.Store, options => options.AllowBulkExecution = true);
        var bulk = client.GetContainer(container.Database.Id, container.Id);
        var tasks = Enumerable.Range(0, 20).Select(number => CreateAsync(number)).ToList();
        var statuses = await Task.WhenAll(tasks);
        Assert.Equal(HttpStatusCode.Conflict, statuses[3]);
        Assert.Equal(19, statuses.Count(status => status == HttpStatusCode.Created));

        async Task<HttpStatusCode> CreateAsync(int number)
        {
            using var response = await bulk.CreateItemStreamAsync(
                StoreFixture.Utf8($$"""{"id":"i{{number}}","tenantId":"T1"}"""), T1);
            return response.StatusCode;
        }
    }
}
