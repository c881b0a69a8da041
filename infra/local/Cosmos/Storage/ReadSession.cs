using Crm.Local.Sqlite;

namespace Crm.Local.Cosmos.Storage;

/// <summary>One request's consistent view of a container: a read transaction on a rented connection.</summary>
internal sealed class ReadSession : IDisposable
{
    private const string PointRead = "SELECT rid, lsn, ts, expires, body FROM items WHERE container = ?1 AND epk = ?2 AND id = ?3";

    private readonly ConnectionPool _pool;
    private readonly bool _transaction;

    private ReadSession(ConnectionPool pool, Container container, long now, bool transaction)
    {
        _pool = pool;
        _transaction = transaction;
        Container = container;
        Now = now;
        // Read before the snapshot is taken, so that the snapshot holds at least this much.
        Lsn = container.Log.Committed;
        Connection = pool.Rent();
        if (!transaction)
            return;
        try
        {
            Connection.Repeat("BEGIN");
        }
        catch
        {
            Connection.Dispose();
            throw;
        }
    }

    public Connection Connection { get; }

    public Container Container { get; }

    public long Now { get; }

    /// <summary>A log position the view surely includes.</summary>
    public long Lsn { get; }

    public static ReadSession Open(ConnectionPool pool, Container container, long now) => new(pool, container, now, transaction: true);

    /// <summary>One item by its key, as the JSON a client gets. A single statement is a snapshot by itself and needs no transaction.</summary>
    /// <param name="unless">The ETag the client has already; then the JSON stays empty.</param>
    public static PointReadResult? Read(ConnectionPool pool, Container container, byte[] epk, string id, long now, string? unless)
    {
        using var session = new ReadSession(pool, container, now, transaction: false);
        var statement = session.Connection.Rent(PointRead);
        try
        {
            if (!statement.Bind(1, container.Number).Bind(2, epk).BindText(3, id).Step() || statement.LongOrNull(3) <= now)
                return null;
            var row = new ItemRow(statement.Long(0), statement.Long(1), statement.Long(2), default);
            var etag = row.ETag;
            return new PointReadResult(etag, etag == unless ? [] : row.ToJson(container, statement.Bytes(4)));
        }
        finally
        {
            session.Connection.Return(statement);
        }
    }

    public void Dispose()
    {
        if (_transaction && !Connection.AutoCommit)
            Connection.Repeat("ROLLBACK");
        _pool.Return(Connection);
    }
}

/// <summary>An item read by its key.</summary>
internal readonly record struct PointReadResult(string ETag, byte[] Json);
