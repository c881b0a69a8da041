using Crm.Local.Cosmos;
using Microsoft.Azure.Cosmos;
using SdkContainer = Microsoft.Azure.Cosmos.Container;

namespace Crm.Benchmarks.Store;

/// <summary>How the SDK reaches the store, and how it reaches the floor that answers as the store does.</summary>
internal sealed record Transport(string Name, Func<int, SdkContainer> Store, Func<int, SdkContainer> Floor);

/// <summary>A store in a folder of its own with a container for each size, reached in process and over a port, each beside its floor.</summary>
internal sealed class StoreUnderTest : IAsyncDisposable
{
    private const string Key = "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==";
    private const string Database = "benchmark";
    private static readonly Uri Endpoint = new("http://localhost:8081/");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("store-benchmark-");
    private readonly CosmosStore _store;
    private readonly CannedAnswers _answers = new();
    private readonly List<CosmosClient> _clients = [];
    private readonly CosmosClient _recording;
    private CosmosServer? _server;
    private CannedServer? _floor;

    private StoreUnderTest()
    {
        _store = CosmosStore.Open(_folder.FullName, Key, Endpoint);
        _recording = Connect(Endpoint, new CannedAnswers.Recorder(Handler, _answers));
    }

    /// <summary>In process, then over the port.</summary>
    public IReadOnlyList<Transport> Transports { get; private set; } = [];

    public HttpMessageHandler Handler => _store.Handler;

    public long FileSize => _folder.EnumerateFiles().Sum(file => file.Length);

    public static async Task<StoreUnderTest> StartAsync()
    {
        var test = new StoreUnderTest();
        await test._recording.CreateDatabaseAsync(Database);
        test._server = await CosmosServer.StartAsync(test._store, port: 0);
        test._floor = await CannedServer.StartAsync(test._answers);
        return test;
    }

    /// <summary>Makes a container with so many records.</summary>
    public async Task AddAsync(int count)
    {
        await _recording.GetDatabase(Database).CreateContainerAsync(Records.Properties(Name(count)));
        await Records.LoadAsync(_store.Engine, _store.Engine.Catalog.Containers[^1], count);
        if (Transports.Count > 0) return;
        var port = Connect(new Uri($"http://localhost:{_server!.Port}/"), null);
        var (floor, floorPort) = (Connect(Endpoint, new CannedAnswers.Player(_answers)), Connect(_floor!.Address, null));
        var inProcess = Connect(Endpoint, Handler);
        Transports =
        [
            new("in process", size => Of(inProcess, size), size => Of(floor, size)),
            new("over the port", size => Of(port, size), size => Of(floorPort, size)),
        ];
    }

    /// <summary>Asks the store once; its answer is the floor's from now on.</summary>
    public Task RecordAsync(int size, Func<SdkContainer, Task> ask) => ask(Of(_recording, size));

    /// <summary>Asks the store once through a handler that catches the last request of it.</summary>
    public async Task CatchAsync(DelegatingHandler catcher, int size, Func<SdkContainer, Task> ask)
    {
        var container = Of(Connect(Endpoint, catcher), size);
        await ask(container);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients) client.Dispose();
        if (_server is not null) await _server.DisposeAsync();
        if (_floor is not null) await _floor.DisposeAsync();
        await _store.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static string Name(int size) => $"records-{size}";

    private static SdkContainer Of(CosmosClient client, int size) => client.GetContainer(Database, Name(size));

    private CosmosClient Connect(Uri endpoint, HttpMessageHandler? handler)
    {
        var options = new CosmosClientOptions { ConnectionMode = ConnectionMode.Gateway, LimitToEndpoint = true };
        if (handler is not null) options.HttpClientFactory = () => new HttpClient(handler, disposeHandler: false);
        var client = new CosmosClient(endpoint.AbsoluteUri, Key, options);
        _clients.Add(client);
        return client;
    }
}
