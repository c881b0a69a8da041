using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Crm.Local.Cosmos;
using Microsoft.Azure.Cosmos;

namespace Crm.Local.Tests.Cosmos;

/// <summary>A store in a folder of its own, and real SDK clients on it.</summary>
public sealed class StoreFixture : IAsyncLifetime
{
    public const string AccountKey = "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==";

    public static readonly Uri Endpoint = new("http://localhost:8081/");

    private CosmosStore? _store;
    private CosmosClient? _client;

    public string Folder { get; } = Path.Combine(Path.GetTempPath(), "crm-store-" + Guid.NewGuid().ToString("N"));

    internal TestClock Clock { get; } = new();

    public CosmosStore Store => _store ?? throw new InvalidOperationException("The store is closed.");

    public CosmosClient Client => _client ??= NewClient(Store);

    public Task InitializeAsync()
    {
        Open();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await CloseAsync();
        Directory.Delete(Folder, recursive: true);
    }

    public async Task ReopenAsync()
    {
        await CloseAsync();
        Open();
    }

    public async Task CloseAsync()
    {
        _client?.Dispose();
        _client = null;
        if (_store is not null)
            await _store.DisposeAsync();
        _store = null;
    }

    public void Open() => _store = CosmosStore.Open(Folder, AccountKey, Endpoint, Clock);

    /// <summary>A new container with these key paths, in a database of its own.</summary>
    public async Task<Container> NewContainerAsync(Action<ContainerProperties>? configure = null, params string[] keyPaths)
    {
        Database database = await Client.CreateDatabaseAsync("db" + Guid.NewGuid().ToString("N"));
        var properties = new ContainerProperties("items", keyPaths.Length == 0 ? ["/tenantId"] : keyPaths);
        configure?.Invoke(properties);
        return await database.CreateContainerAsync(properties);
    }

    public static CosmosClient NewClient(CosmosStore store, Action<CosmosClientOptions>? configure = null)
    {
        var options = new CosmosClientOptions
        {
            ConnectionMode = ConnectionMode.Gateway,
            LimitToEndpoint = true,
            HttpClientFactory = () => new HttpClient(store.Handler, disposeHandler: false),
        };
        configure?.Invoke(options);
        return new CosmosClient(Endpoint.AbsoluteUri, AccountKey, options);
    }

    public static Stream Utf8(string json) => new MemoryStream(Encoding.UTF8.GetBytes(json));

    public static async Task<JsonNode> JsonAsync(ResponseMessage response)
    {
        using var reader = new StreamReader(response.Content);
        return JsonNode.Parse(await reader.ReadToEndAsync())!;
    }

    public static async Task<CosmosException> RefusedAsync(HttpStatusCode status, Func<Task> act)
    {
        var exception = await Assert.ThrowsAnyAsync<CosmosException>(act);
        Assert.True(status == exception.StatusCode, $"Expected {status}, got {exception.StatusCode}: {exception.ResponseBody}");
        return exception;
    }

    public static async Task<List<T>> AllAsync<T>(FeedIterator<T> iterator)
    {
        var rows = new List<T>();
        while (iterator.HasMoreResults)
            rows.AddRange(await iterator.ReadNextAsync());
        return rows;
    }
}

/// <summary>The real time, moved forward by what a test says.</summary>
internal sealed class TestClock : TimeProvider
{
    private TimeSpan _offset;

    public void Advance(TimeSpan time) => _offset += time;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _offset;
}

/// <summary>A small item with the properties the tests look at.</summary>
#pragma warning disable IDE1006 // The property names are the JSON names.
public sealed record Item(string id, string tenantId)
{
    public string? name { get; init; }

    public double? amount { get; init; }

    public string[]? tags { get; init; }

    public int? ttl { get; init; }

    public string? _etag { get; init; }

    public string? _rid { get; init; }

    public long? _ts { get; init; }
}
#pragma warning restore IDE1006
