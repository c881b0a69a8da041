using Crm.Local.Cosmos.Storage;
using Crm.Local.Cosmos.Wire;

namespace Crm.Local.Cosmos;

/// <summary>
/// A Cosmos-compatible store on one machine: SQLite under the REST protocol of Azure Cosmos DB. A write is acknowledged only when it
/// is on disk. What is not supported answers 501 naming the feature.
/// </summary>
public sealed class CosmosStore : IAsyncDisposable
{
    private readonly StoreEngine _engine;

    private CosmosStore(StoreEngine engine, string accountKey, Uri endpoint)
    {
        _engine = engine;
        Processor = new RequestProcessor(engine, accountKey);
        Handler = new StoreHandler(Processor, endpoint);
    }

    /// <summary>The in-process transport for <c>CosmosClientOptions.HttpClientFactory</c> (thread-safe, shared by all clients).</summary>
    public HttpMessageHandler Handler { get; }

    internal RequestProcessor Processor { get; }

    internal StoreEngine Engine => _engine;

    /// <summary>Opens or creates the store in a folder.</summary>
    /// <param name="folder">Created when missing.</param>
    /// <param name="accountKey">The master key clients sign with, base64.</param>
    /// <param name="endpoint">The address the account document names to clients in process.</param>
    /// <exception cref="IOException">Another process has the store open.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, of another format or not a store. It is left as it is.</exception>
    public static CosmosStore Open(string folder, string accountKey, Uri endpoint) => Open(folder, accountKey, endpoint, TimeProvider.System);

    internal static CosmosStore Open(string folder, string accountKey, Uri endpoint, TimeProvider time)
    {
        MasterKeySignature.CheckKey(accountKey);
        return new(StoreEngine.Open(folder, time), accountKey, endpoint);
    }

    /// <summary>Refuses the next requests for items with 429, for tests of what is done then. The store never does so by itself.</summary>
    /// <param name="requests">How many; the SDK repeats each up to nine times unless told otherwise.</param>
    public void Throttle(int requests) => Processor.Throttle.Next(requests);

    /// <summary>Finishes queued writes and moves the write-ahead log into the file.</summary>
    public ValueTask DisposeAsync() => _engine.DisposeAsync();
}
