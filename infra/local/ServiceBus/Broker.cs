using Azure.Messaging.ServiceBus;
using Crm.Local.ServiceBus.Storage;
using Crm.Local.Sqlite;
using Microsoft.Data.Sqlite;

namespace Crm.Local.ServiceBus;

/// <summary>
/// A namespace of the Basic tier on one machine: queues in a SQLite file. What it acknowledges is on disk. Locks are volatile, as those of the
/// service are when it restarts: a new start hands out again what was locked, and that delivery counts.
/// </summary>
internal sealed class Broker : IAsyncDisposable
{
    /// <summary>Bytes of a message, or of a batch, on the wire: the limit of the Basic tier.</summary>
    public const long MaxMessageSize = 256 * 1024;

    private const int MostPeeked = 250;
    private readonly DatabaseFile _file;
    private readonly BrokerSession _session;
    private readonly WriteQueue<BrokerSession> _writes;
    private readonly Alarm _alarm;
    private readonly Dictionary<string, Queue> _queues;
    private readonly (string Name, string Key) _policy;

    private Broker(DatabaseFile file, IReadOnlyList<QueueDeclaration> declared, (string Name, string Key) policy, TimeProvider time)
    {
        _file = file;
        _policy = policy;
        Time = time;
        _alarm = new Alarm(time, SweepAsync);
        _session = new BrokerSession(file.OpenWriter(), time, _alarm.Set);
        try
        {
            _session.Begin();
            _queues = _session.Open(declared);
            _session.Commit(alone: true);
        }
        catch
        {
            _session.Dispose();
            throw;
        }

        _writes = new WriteQueue<BrokerSession>(_session, Schema.Format.Title);
    }

    public TimeProvider Time { get; }

    public bool IsOpen { get; private set; } = true;

    public IEnumerable<string> Queues => _queues.Keys;

    /// <exception cref="IOException">Another process has the file open.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or of another kind. It is left as it is.</exception>
    public static Broker Open(string folder, IReadOnlyList<QueueDeclaration> declared, (string Name, string Key) policy, TimeProvider time)
    {
        var file = DatabaseFile.Open(folder, Schema.Format);
        try
        {
            return new Broker(file, declared, policy, time);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public bool Admits(string? keyName, string? key) => (keyName, key) == _policy;

    /// <exception cref="ServiceBusException">There is no such entity: MessagingEntityNotFound.</exception>
    public Queue Find(string path) => _queues.TryGetValue(path, out var queue)
        ? queue
        : throw new ServiceBusException($"The messaging entity '{path}' could not be found.", ServiceBusFailureReason.MessagingEntityNotFound, path);

    /// <summary>All or none.</summary>
    /// <returns>The sequence numbers, in order.</returns>
    public Task<IReadOnlyList<long>> SendAsync(Queue queue, IReadOnlyList<Submission> messages) => WriteAsync(queue, session =>
        (IReadOnlyList<long>)[.. messages.Select(message => session.Submit(queue, message))]);

    public Task<int> CancelScheduledAsync(Queue queue, IReadOnlyList<long> sequenceNumbers) => WriteAsync(queue, session =>
    {
        foreach (var row in Existing(session, queue, sequenceNumbers, RowState.Scheduled))
            session.Messages.Delete(row.Id);
        return sequenceNumbers.Count;
    });

    /// <summary>Waits for the first message, then takes what there is. Empty when none came in time.</summary>
    public async Task<IReadOnlyList<Delivery>> ReceiveAsync(Queue queue, int most, TimeSpan wait, ServiceBusReceiveMode mode, CancellationToken cancellation)
    {
        var started = Time.GetTimestamp();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var arrival = queue.Arrival;
            if (await WriteAsync(queue, session => Receive(session, queue, most, mode)) is { Count: > 0 } received) return received;
            var left = wait - Time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero) return [];
            try
            {
                await arrival.WaitAsync(left, Time, cancellation);
            }
            catch (TimeoutException)
            {
                return [];
            }
        }
    }

    public Task<IReadOnlyList<Delivery>> ReceiveDeferredAsync(Queue queue, IReadOnlyList<long> sequenceNumbers, ServiceBusReceiveMode mode) =>
        WriteAsync(queue, session => HandOut(session, queue, Existing(session, queue, sequenceNumbers, RowState.Deferred), mode));

    /// <summary>Whatever state they are in, from a sequence number on.</summary>
    public Task<IReadOnlyList<Delivery>> PeekAsync(Queue queue, long from, int most) => WriteAsync(queue, session =>
    {
        session.Sweep();
        return (IReadOnlyList<Delivery>)[.. session.Messages.From(queue, from, Math.Min(most, MostPeeked))
            .Select(row => new Delivery(row, session.Messages.Body(row.Id), Guid.Empty, 0))];
    });

    public Task<bool> CompleteAsync(Queue queue, Guid token) => SettleAsync(queue, token, null, (session, row) => session.Messages.Delete(row.Id));

    public Task<bool> AbandonAsync(Queue queue, Guid token, IDictionary<string, object>? properties) =>
        SettleAsync(queue, token, properties, (session, row) => session.Return(queue, row));

    public Task<bool> DeferAsync(Queue queue, Guid token, IDictionary<string, object>? properties) =>
        SettleAsync(queue, token, properties, (session, row) => session.Defer(row));

    public Task<bool> DeadLetterAsync(Queue queue, Guid token, IDictionary<string, object>? properties, string? reason, string? description) =>
        SettleAsync(queue, token, properties, (session, row) => session.DeadLetter(queue, row, reason, description));

    /// <returns>Until when the lock now holds, in Unix milliseconds.</returns>
    public Task<long> RenewAsync(Queue queue, Guid token) => WriteAsync(queue, session => session.Renew(queue, session.Locked(queue, token)));

    /// <summary>Any work on the writer's thread: also what tests make a full disk with.</summary>
    public async Task<T> WriteAsync<T>(Queue? queue, Func<BrokerSession, T> apply)
    {
        try
        {
            return await _writes.RunAsync(apply);
        }
        catch (SqliteException e)
        {
            throw new ServiceBusException($"The server was unable to process the request: {e.Message}", ServiceBusFailureReason.ServiceBusy, queue?.Path, e);
        }
        catch (ObjectDisposedException e)
        {
            throw new ServiceBusException("The namespace is closed.", ServiceBusFailureReason.ServiceCommunicationProblem, queue?.Path, e);
        }
    }

    /// <summary>Finishes what is queued. Whoever still waits for a message is told.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!IsOpen) return;
        IsOpen = false;
        await _alarm.DisposeAsync();
        _writes.Dispose();
        foreach (var queue in _queues.Values)
            queue.Announce();
        _session.Dispose();
        _file.Dispose();
    }

    private static IReadOnlyList<Delivery> Receive(BrokerSession session, Queue queue, int most, ServiceBusReceiveMode mode)
    {
        session.Sweep();
        return HandOut(session, queue, session.Messages.Ready(queue, session.Now, most), mode);
    }

    private static IReadOnlyList<Delivery> HandOut(BrokerSession session, Queue queue, IReadOnlyList<MessageRow> rows, ServiceBusReceiveMode mode) =>
        [.. rows.Select(row => mode is ServiceBusReceiveMode.PeekLock ? session.Lock(queue, row) : session.Take(row))];

    private static List<MessageRow> Existing(BrokerSession session, Queue queue, IReadOnlyList<long> sequenceNumbers, RowState state)
    {
        session.Sweep();
        return [.. sequenceNumbers.Select(number => session.Messages.Find(queue, number) is { IsLocked: false } row && row.State == state
            ? row
            : throw new ServiceBusException($"There is no {state.ToString().ToLowerInvariant()} message with the number {number}.", ServiceBusFailureReason.MessageNotFound, queue.Path))];
    }

    private Task<bool> SettleAsync(Queue queue, Guid token, IDictionary<string, object>? properties, Action<BrokerSession, MessageRow> settle) => WriteAsync(queue, session =>
    {
        var row = session.Locked(queue, token);
        if (properties is { Count: > 0 }) session.Modify(row, properties!);
        settle(session, row);
        return true;
    });

    private async Task SweepAsync()
    {
        while (await WriteAsync(null, session => session.Ring()))
        {
            // The next portion waits its turn behind the requests that queued up meanwhile.
        }
    }
}
