using Crm.Local.Sqlite;
using Microsoft.Data.Sqlite;

namespace Crm.Local.ServiceBus.Storage;

/// <summary>What the writer thread works with: the transaction, and the queues in which it made messages ready.</summary>
internal sealed partial class BrokerSession : IWriteSession, IDisposable
{
    private const int SweepPortion = 200;
    private readonly TimeProvider _time;
    private readonly Action<long?> _setAlarm;
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _rollback;
    private readonly HashSet<Queue> _arrived = [];
    private readonly Dictionary<long, Queue> _queues = [];
    private bool _isDueChanged;

    /// <param name="setAlarm">Told after a commit when something is due next by itself.</param>
    public BrokerSession(Connection connection, TimeProvider time, Action<long?> setAlarm)
    {
        Connection = connection;
        _time = time;
        _setAlarm = setAlarm;
        _begin = connection.Prepare("BEGIN IMMEDIATE");
        _commit = connection.Prepare("COMMIT");
        _rollback = connection.Prepare("ROLLBACK");
        Messages = new MessageTable(connection);
    }

    public Connection Connection { get; }

    public MessageTable Messages { get; }

    /// <summary>Unix milliseconds. It never goes back while the broker is open.</summary>
    public long Now { get; private set; }

    /// <summary>Makes the queues that are not there yet, and gives up the locks of an earlier process: whoever held them is gone.</summary>
    public Dictionary<string, Queue> Open(IReadOnlyList<QueueDeclaration> declared)
    {
        var byPath = new Dictionary<string, Queue>(StringComparer.OrdinalIgnoreCase);
        foreach (var queue in declared)
        {
            var deadLetters = Open(queue.Name + EntityPaths.DeadLetterSuffix, queue, null);
            byPath.Add(deadLetters.Path, deadLetters);
            byPath.Add(queue.Name, Open(queue.Name, queue, deadLetters));
        }

        // Those of a queue that had not been declared for a while have lost their time (Sweep), and find it again.
        Connection.Execute("""
            UPDATE messages SET due = CASE state WHEN 2 THEN enqueued ELSE enqueued + ttl END WHERE due IS NULL AND ttl IS NOT NULL;
            UPDATE messages SET due = 0 WHERE token IS NOT NULL;
            """);
        _isDueChanged = true;
        return byPath;
    }

    public void Begin()
    {
        Now = Math.Max(Now, _time.GetUtcNow().ToUnixTimeMilliseconds());
        _begin.Run();
    }

    public void Commit(bool alone)
    {
        // Read before: after the commit nothing may fail, or the writes would be told that they have.
        var due = _isDueChanged ? Messages.NextDue() : null;
        _commit.Run();
        foreach (var queue in _arrived)
            queue.Announce();
        _arrived.Clear();
        if (_isDueChanged) _setAlarm(due);
        _isDueChanged = false;
    }

    public void Rollback()
    {
        _arrived.Clear();

        // SQLite has already rolled back by itself after some errors, a full disk among them.
        if (Connection.AutoCommit) return;
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

    /// <summary>Sweeps for the alarm, which is to be set again even when it rang too early.</summary>
    public bool Ring()
    {
        _isDueChanged = true;
        return Sweep();
    }

    /// <summary>Does a portion of what has become due; whether it may not have been all.</summary>
    public bool Sweep()
    {
        var due = Messages.Due(Now, SweepPortion);
        foreach (var row in due)
        {
            // The messages of a queue that is no longer declared wait for it to come back.
            if (!_queues.TryGetValue(row.Queue, out var queue)) Messages.Update(row with { Due = null });
            else if (row.IsLocked) Return(queue, row);
            else if (row.State is RowState.Scheduled) Enqueue(queue, row);
            else Expire(queue, row);
        }

        _isDueChanged |= due.Count > 0;
        return due.Count == SweepPortion;
    }

    public void Dispose() => Connection.Dispose();

    private Queue Open(string path, QueueDeclaration declared, Queue? deadLetters)
    {
        var statement = Connection.Rent("INSERT INTO queues (path, last) VALUES (?1, 0) ON CONFLICT (path) DO UPDATE SET path = ?1 RETURNING number");
        try
        {
            statement.BindText(1, path).Step();
            var queue = new Queue(statement.Long(0), path, declared, deadLetters);
            _queues.Add(queue.Number, queue);
            return queue;
        }
        finally
        {
            Connection.Return(statement);
        }
    }
}
