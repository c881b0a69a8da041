using Crm.Local.Sqlite;

namespace Crm.Local.Cosmos.Storage;

/// <summary>The storage of one store: its file, the writer, the readers and the purge of expired items.</summary>
internal sealed class StoreEngine : IAsyncDisposable
{
    private readonly DatabaseFile _file;
    private readonly WriteSession _session;
    private readonly WriteQueue<WriteSession> _writes;
    private readonly ConnectionPool _readers;
    private readonly ExpiryPurge _purge;
    private readonly TimeProvider _time;
    private int _disposed;

    private StoreEngine(DatabaseFile file, TimeProvider time)
    {
        _file = file;
        _time = time;
        _session = new WriteSession(file.OpenWriter(), time);
        _writes = new WriteQueue<WriteSession>(_session, Schema.Format.Title);
        _readers = new ConnectionPool(file.Path);
        _purge = new ExpiryPurge(_writes, _readers, time);
        _purge.Start();
    }

    public Catalog Catalog => _session.Catalog;

    public ConnectionPool Readers => _readers;

    /// <summary>Unix seconds.</summary>
    public long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    public static StoreEngine Open(string folder, TimeProvider time)
    {
        var file = DatabaseFile.Open(folder, Schema.Format);
        try
        {
            return new StoreEngine(file, time);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public Task<T> WriteAsync<T>(Func<WriteSession, T> apply) => _writes.RunAsync(apply);

    public Task<T> ChangeCatalogAsync<T>(Func<WriteSession, T> apply) => _writes.RunAsync(apply, alone: true);

    public ReadSession Read(Container container) => ReadSession.Open(_readers, container, Now);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _purge.DisposeAsync();
        _writes.Dispose();
        _readers.Dispose();
        // The last connection to close moves the write-ahead log into the file.
        _session.Dispose();
        _file.Dispose();
    }
}
