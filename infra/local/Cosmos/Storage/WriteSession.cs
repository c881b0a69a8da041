using Crm.Local.Sqlite;
using Microsoft.Data.Sqlite;

namespace Crm.Local.Cosmos.Storage;

/// <summary>What the writer thread works with: the write connection, the clock of the transaction and the logs it moves forward.</summary>
internal sealed class WriteSession : IWriteSession, IDisposable
{
    private readonly TimeProvider _time;
    private readonly Dictionary<Container, long> _lsns = [];
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _rollback;
    private readonly Statement _saveLsn;
    private volatile Catalog _catalog;
    private long _lastTimestamp;

    public WriteSession(Connection connection, TimeProvider time)
    {
        Connection = connection;
        _time = time;
        _begin = connection.Prepare("BEGIN IMMEDIATE");
        _commit = connection.Prepare("COMMIT");
        _rollback = connection.Prepare("ROLLBACK");
        _saveLsn = connection.Prepare("UPDATE containers SET lsn = ?2 WHERE number = ?1");
        _catalog = Catalog.Load(connection, null);
        Items = new ItemTable(connection);
    }

    public Connection Connection { get; }

    public ItemTable Items { get; }

    /// <summary>Safe to read from any thread.</summary>
    public Catalog Catalog => _catalog;

    /// <summary>Unix seconds. It never goes back while the store is open, so that time and log sequence number have one order.</summary>
    public long Timestamp { get; private set; }

    /// <summary>The next log sequence number of a container.</summary>
    public long NextLsn(Container container) =>
        _lsns[container] = _lsns.GetValueOrDefault(container, container.Log.Committed) + 1;

    /// <summary>The state of a container as the transaction sees it: it may have been replaced or deleted since the caller looked.</summary>
    public Container? Current(Container container) => _catalog.FindContainer(container.Number);

    public void Begin()
    {
        _lastTimestamp = Timestamp = Math.Max(_lastTimestamp, _time.GetUtcNow().ToUnixTimeSeconds());
        _begin.Run();
    }

    public void Commit(bool alone)
    {
        foreach (var (container, lsn) in _lsns)
            _saveLsn.Bind(1, container.Number).Bind(2, lsn).Run();
        _commit.Run();
        foreach (var (container, lsn) in _lsns)
            container.Log.Committed = lsn;
        _lsns.Clear();
        // Only a change of the catalog asks to be alone.
        if (alone)
            _catalog = Catalog.Load(Connection, _catalog);
    }

    public void Rollback()
    {
        _lsns.Clear();
        Items.ForgetSlots();
        // SQLite has already rolled back by itself after some errors, a full disk among them.
        if (Connection.AutoCommit)
            return;
        try
        {
            _rollback.Run();
        }
        catch (SqliteException)
        {
            // It rolled back and still reported the error that made it necessary; if it did not, the next transaction cannot begin,
            // and its callers are told.
        }
    }

    /// <summary>Runs a part that takes effect as a whole or not at all, whatever becomes of its neighbours in the transaction.</summary>
    public T Atomically<T>(Func<T> part, Func<T, bool> succeeded)
    {
        var lsns = _lsns.ToArray();
        Connection.Repeat("SAVEPOINT part");
        var result = part();
        if (succeeded(result))
        {
            Connection.Repeat("RELEASE part");
            return result;
        }

        Connection.Execute("ROLLBACK TO part; RELEASE part");
        Items.ForgetSlots();
        _lsns.Clear();
        foreach (var (container, lsn) in lsns)
            _lsns[container] = lsn;
        return result;
    }

    public void Dispose() => Connection.Dispose();
}
