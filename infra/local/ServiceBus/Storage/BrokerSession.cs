using Azure.Messaging.ServiceBus;
using Crm.Local.Sqlite;
using Microsoft.Data.Sqlite;

namespace Crm.Local.ServiceBus.Storage;

/// <summary>What the writer thread works with: the transaction, and the queues in which it made messages ready.</summary>
internal sealed class BrokerSession : IWriteSession, IDisposable
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

        Connection.Execute("UPDATE messages SET due = 0 WHERE token IS NOT NULL");
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
        _commit.Run();
        foreach (var queue in _arrived)
            queue.Announce();
        _arrived.Clear();
        if (!_isDueChanged) return;
        _isDueChanged = false;
        _setAlarm(Messages.NextDue());
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

    public long Submit(Queue queue, Submission submission)
    {
        var sequence = Messages.NextSequence(queue);
        var ttl = Lifetime(queue, submission.TimeToLive);
        _isDueChanged = true;
        if (submission.Scheduled is { } due && due > Now)
        {
            Messages.Insert(queue, sequence, RowState.Scheduled, due, due, ttl, submission.Message);
        }
        else
        {
            Messages.Insert(queue, sequence, RowState.Active, Now + ttl, Now, ttl, submission.Message);
            _arrived.Add(queue);
        }

        return sequence;
    }

    public Delivery Lock(Queue queue, MessageRow row)
    {
        var (token, until) = (Guid.NewGuid(), Now + (long)queue.Declared.LockDuration.TotalMilliseconds);
        Messages.Lock(row.Id, token, until);
        _isDueChanged = true;
        return new Delivery(row with { IsLocked = true, Due = until, Deliveries = row.Deliveries + 1 }, Messages.Body(row.Id), token, until);
    }

    public Delivery Take(MessageRow row)
    {
        var delivery = new Delivery(row with { Deliveries = row.Deliveries + 1 }, Messages.Body(row.Id), Guid.Empty, 0);
        Messages.Delete(row.Id);
        return delivery;
    }

    public long Renew(Queue queue, MessageRow row)
    {
        var until = Now + (long)queue.Declared.LockDuration.TotalMilliseconds;
        Messages.Renew(row.Id, until);
        _isDueChanged = true;
        return until;
    }

    public MessageRow Locked(Queue queue, Guid token) => Messages.Find(queue, token) is { } row && row.Due > Now
        ? row
        : throw new ServiceBusException(
            "The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.",
            ServiceBusFailureReason.MessageLockLost,
            queue.Path);

    /// <summary>Gives a locked message back: to its queue, or where one goes that has expired meanwhile or had its last delivery.</summary>
    public void Return(Queue queue, MessageRow row)
    {
        if (queue.DeadLetters is not null && row.Deliveries >= queue.Declared.MaxDeliveryCount)
        {
            DeadLetter(queue, row, "MaxDeliveryCountExceeded", $"Message could not be consumed after {queue.Declared.MaxDeliveryCount} delivery attempts.");
        }
        else if (row.Expires <= Now)
        {
            Expire(queue, row);
        }
        else
        {
            Messages.Update(row with { Due = row.Expires });
            _isDueChanged = true;
            if (row.State is RowState.Active) _arrived.Add(queue);
        }
    }

    public void Defer(MessageRow row)
    {
        Messages.Update(row with { State = RowState.Deferred, Due = row.Expires });
        _isDueChanged = true;
    }

    public void DeadLetter(Queue queue, MessageRow row, string? reason, string? description)
    {
        Modify(row, new Dictionary<string, object?> { [AmqpFormat.DeadLetterReason] = reason, [AmqpFormat.DeadLetterErrorDescription] = description });
        var target = queue.DeadLetters ?? queue;
        Messages.Update(row with { Queue = target.Number, State = RowState.Active, Due = null, TimeToLive = null });
        _isDueChanged = true;
        _arrived.Add(target);
    }

    /// <summary>Sets application properties; a null takes one away.</summary>
    public void Modify(MessageRow row, IEnumerable<KeyValuePair<string, object?>> properties)
    {
        var message = AmqpFormat.Decode(Messages.Body(row.Id));
        foreach (var (name, value) in properties)
        {
            if (value is null) message.ApplicationProperties.Remove(name);
            else message.ApplicationProperties[name] = value;
        }

        Messages.UpdateBody(row.Id, AmqpFormat.Encode(message));
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

    private static long Lifetime(Queue queue, TimeSpan own)
    {
        var most = queue.Declared.DefaultMessageTimeToLive;
        return (long)(most < own ? most : own).TotalMilliseconds;
    }

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

    // At its time a scheduled message is appended as if it had just been sent, with a number of its own.
    private void Enqueue(Queue queue, MessageRow row)
    {
        Messages.Update(row with { State = RowState.Active, Sequence = Messages.NextSequence(queue), Enqueued = Now, Due = Now + row.TimeToLive });
        _arrived.Add(queue);
    }

    private void Expire(Queue queue, MessageRow row)
    {
        if (queue.Declared.DeadLetteringOnMessageExpiration && queue.DeadLetters is not null)
            DeadLetter(queue, row, "TTLExpiredException", "The message expired and was dead lettered.");
        else
            Messages.Delete(row.Id);
    }
}
