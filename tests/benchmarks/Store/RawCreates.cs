using Crm.Local.Cosmos.Storage;
using Crm.Local.Sqlite;

namespace Crm.Benchmarks.Store;

/// <summary>SQLite alone, with the writer thread and the group commit that the store has: the floor of durable creates.</summary>
internal sealed class RawCreates : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("raw-benchmark-");
    private readonly DatabaseFile _file;
    private readonly Session _session;
    private readonly WriteQueue<Session> _queue;
    private int _made;

    public RawCreates()
    {
        _file = DatabaseFile.Open(_folder.FullName, Schema.Format);
        _session = new Session(_file.OpenWriter());
        _queue = new WriteQueue<Session>(_session, "raw");
    }

    /// <summary>The row and the index entries of one record.</summary>
    public Task<bool> CreateAsync()
    {
        var n = Interlocked.Increment(ref _made);
        var (json, id, key) = (Records.Json(n), Records.Id(n), new byte[48]);
        Random.Shared.NextBytes(key.AsSpan(32));
        return _queue.RunAsync(session => session.Insert(n, id, key, json));
    }

    public void Dispose()
    {
        _queue.Dispose();
        _session.Connection.Dispose();
        _file.Dispose();
        _folder.Delete(recursive: true);
    }

    private sealed class Session(Connection connection) : IWriteSession
    {
        private readonly Statement _insert = connection.Prepare("INSERT INTO items (container, epk, id, lsn, ts, body) VALUES (1, ?1, ?2, ?3, 0, ?4)");
        private readonly Statement _index = connection.Prepare("INSERT INTO index_entries (slot, key, rid) VALUES (?1, ?2, ?3)");

        public Connection Connection => connection;

        public void Begin() => connection.Execute("BEGIN IMMEDIATE");

        public void Commit(bool alone) => connection.Execute("COMMIT");

        public void Rollback() => connection.Execute("ROLLBACK");

        public bool Insert(int n, string id, byte[] key, byte[] json)
        {
            _insert.Bind(1, key).BindText(2, id).Bind(3, n).Bind(4, json).Run();
            // Kind, title, source, tag and name, of about their lengths.
            for (var slot = 1; slot <= 5; slot++) _index.Bind(1, slot).Bind(2, key.AsSpan(slot < 5 ? 24 : 36, slot < 5 ? 8 : 12)).Bind(3, n).Run();
            return true;
        }
    }
}
