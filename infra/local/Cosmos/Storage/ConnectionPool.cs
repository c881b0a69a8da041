using System.Collections.Concurrent;
using Crm.Local.Sqlite;

namespace Crm.Local.Cosmos.Storage;

/// <summary>Read-only connections, kept open between requests with their prepared statements.</summary>
internal sealed class ConnectionPool(string path) : IDisposable
{
    private const int MostIdle = 16;
    private readonly ConcurrentBag<Connection> _idle = [];

    // Beside the bag, whose own count stops everybody who uses it.
    private int _count;
    private volatile bool _disposed;

    public Connection Rent()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_idle.TryTake(out var connection))
        {
            Interlocked.Decrement(ref _count);
            return connection;
        }

        connection = Connection.Open(path, create: false, readOnly: true);
        connection.Execute("PRAGMA cache_size = -8192; PRAGMA query_only = ON");
        return connection;
    }

    public void Return(Connection connection)
    {
        if (Interlocked.Increment(ref _count) <= MostIdle && !_disposed)
        {
            _idle.Add(connection);
            return;
        }

        Interlocked.Decrement(ref _count);
        connection.Dispose();
    }

    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var connection))
            connection.Dispose();
    }
}
