using Crm.Local.Sqlite;
using Microsoft.Data.Sqlite;

namespace Crm.Local.Cosmos.Storage;

/// <summary>
/// Removes expired items in the background, a few at a time so that no writer waits long. Readers do not depend on it: they never
/// show an expired item.
/// </summary>
internal sealed class ExpiryPurge(WriteQueue<WriteSession> queue, ConnectionPool readers, TimeProvider time) : IAsyncDisposable
{
    private const int Portion = 200;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public void Start() => _running = RunAsync();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                await PurgeAllAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The store is being closed.
        }
    }

    private async Task PurgeAllAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested && HasExpired() && await queue.RunAsync(Purge) > 0)
            {
                // The next portion waits its turn behind the writers that queued up meanwhile.
            }
        }
        catch (SqliteException)
        {
            // A full disk, most likely. Requests meet the same error and report it; the next tick tries again.
        }
    }

    private bool HasExpired()
    {
        var connection = readers.Rent();
        var statement = connection.Rent("SELECT 1 FROM items WHERE expires <= ?1 LIMIT 1");
        try
        {
            return statement.Bind(1, time.GetUtcNow().ToUnixTimeSeconds()).Step();
        }
        finally
        {
            connection.Return(statement);
            readers.Return(connection);
        }
    }

    private static int Purge(WriteSession session)
    {
        var expired = new List<(long Rid, long Container)>();
        var statement = session.Connection.Rent("SELECT rid, container FROM items WHERE expires <= ?1 ORDER BY expires LIMIT ?2");
        try
        {
            statement.Bind(1, session.Timestamp).Bind(2, Portion);
            while (statement.Step())
                expired.Add((statement.Long(0), statement.Long(1)));
        }
        finally
        {
            session.Connection.Return(statement);
        }

        foreach (var (rid, container) in expired)
            session.Items.RemoveIfExpired(session.Catalog.FindContainer(container)!, rid, session.Timestamp);
        return expired.Count;
    }
}
