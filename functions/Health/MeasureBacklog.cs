using System.Collections.Concurrent;
using System.Collections.Frozen;
using Azure.Messaging.ServiceBus;
using Crm.Platform.ChangeFeed;
using Crm.Platform.Cosmos;
using Crm.Platform.Messaging;

namespace Crm.Health;

/// <summary>
/// Measures what waits, with the rights that the app has anyway: leases are read as their owners write them, messages are looked at without being
/// taken. It costs some reads for each function and queue, however much waits.
/// </summary>
public sealed class MeasureBacklog(IEnumerable<FeedFunction> functions, CrmContainers containers, ServiceBusClient client, FeedLag lag, TimeProvider time) : IAsyncDisposable
{
    /// <summary>As far as dead letters are counted: whether there are some is what matters.</summary>
    public const int MostDeadLetters = 100;

    /// <summary>Scheduled and deferred messages are seen too, and do not wait. With more of them than this in front, the queue looks empty.</summary>
    private const int MostSeen = 100;

    private static readonly ServiceBusReceiverOptions DeadLetters = new() { SubQueue = SubQueue.DeadLetter };
    private readonly ConcurrentDictionary<(string Queue, SubQueue Sub), ServiceBusReceiver> _receivers = [];

    public async Task<Backlog> RunAsync(CancellationToken cancellation)
    {
        var feed = functions.Select(async function => KeyValuePair.Create(function.Name, await FeedAsync(function.Name, cancellation))).ToList();
        var queues = Queues.All.Select(async queue => KeyValuePair.Create(queue, await QueueAsync(queue, cancellation))).ToList();
        return new Backlog(time.GetUtcNow(), (await Task.WhenAll(feed)).ToFrozenDictionary(), (await Task.WhenAll(queues)).ToFrozenDictionary());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var receiver in _receivers.Values)
            await receiver.DisposeAsync();
    }

    private async Task<FeedBacklog> FeedAsync(string function, CancellationToken cancellation)
    {
        long? changes = null;
        var estimator = containers.Records.GetChangeFeedEstimator(function, containers.Leases);
        using var leases = estimator.GetCurrentStateIterator();
        while (leases.HasMoreResults)
        {
            foreach (var lease in await leases.ReadNextAsync(cancellation))
                changes = (changes ?? 0) + lease.EstimatedLag;
        }

        return new FeedBacklog(changes, lag.Positions.TryGetValue(function, out var position) ? Math.Round(position.Lag.TotalSeconds, 3) : null);
    }

    private async Task<QueueBacklog> QueueAsync(string queue, CancellationToken cancellation)
    {
        var waiting = await Receiver(queue, SubQueue.None).PeekMessagesAsync(MostSeen, fromSequenceNumber: 0, cancellation);
        var dead = await Receiver(queue, SubQueue.DeadLetter).PeekMessagesAsync(MostDeadLetters, fromSequenceNumber: 0, cancellation);
        var oldest = waiting.FirstOrDefault(message => message.State == ServiceBusMessageState.Active);
        return new QueueBacklog(oldest is null ? 0 : Math.Round(Math.Max(0, (time.GetUtcNow() - oldest.EnqueuedTime).TotalSeconds), 3), dead.Count);
    }

    private ServiceBusReceiver Receiver(string queue, SubQueue sub) => _receivers.GetOrAdd(
        (queue, sub), static (key, client) => key.Sub == SubQueue.None ? client.CreateReceiver(key.Queue) : client.CreateReceiver(key.Queue, DeadLetters), client);
}
