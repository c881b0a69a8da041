using System.Net;
using System.Net.Http.Headers;
using Crm.Local.Cosmos;
using Microsoft.Azure.Cosmos;

namespace Crm.Local.Tests.Cosmos;

public sealed class ServerTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Fact]
    public async Task Server_OverItsPort_ServesTheSameStore()
    {
        var inProcess = await store.NewContainerAsync();
        await using var server = await CosmosServer.StartAsync(store.Store, port: 0);
        using var client = new CosmosClient(
            $"http://localhost:{server.Port}/", StoreFixture.AccountKey, new CosmosClientOptions { ConnectionMode = ConnectionMode.Gateway });
        var container = client.GetContainer(inProcess.Database.Id, inProcess.Id);
        const string id = "a b+'\"é 100%";
        await container.CreateItemAsync(new Item(id, "T1"), new PartitionKey("T1"));
        Assert.Equal(id, (await inProcess.ReadItemAsync<Item>(id, new PartitionKey("T1"))).Resource.id);
        using var batch = await container.CreateTransactionalBatch(new PartitionKey("T1"))
            .CreateItem(new Item("b", "T1")).DeleteItem(id).ExecuteAsync();
        Assert.Equal(HttpStatusCode.OK, batch.StatusCode);
        var account = await client.ReadAccountAsync();
        Assert.Equal($"http://localhost:{server.Port}/", account.ReadableRegions.Single().Endpoint);
    }

    [Fact]
    public async Task Start_OnATakenPort_ThrowsIOException()
    {
        await using var server = await CosmosServer.StartAsync(store.Store, port: 0);
        await Assert.ThrowsAsync<IOException>(() => CosmosServer.StartAsync(store.Store, server.Port));
    }

    [Fact]
    public async Task Request_WithoutSignature_Returns401()
    {
        using var client = new HttpClient(store.Store.Handler, disposeHandler: false);
        using var response = await client.GetAsync(StoreFixture.Endpoint);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task MetadataProbe_InProcess_Returns404()
    {
        using var client = new HttpClient(store.Store.Handler, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://169.254.169.254/metadata/instance?api-version=2020-06-01");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var response = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }
}
