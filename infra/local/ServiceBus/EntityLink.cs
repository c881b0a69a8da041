using Azure.Messaging.ServiceBus;
using Crm.Local.ServiceBus.Storage;

namespace Crm.Local.ServiceBus;

/// <summary>What senders and receivers share: one entity of a namespace, the translation to the broker, and trying again.</summary>
internal sealed class EntityLink(NamespaceConnection connection, string entityPath) : IDisposable
{
    private const int MaxReasonLength = 4096;
    private readonly CancellationTokenSource _closed = new();
    private long _lastPeeked;

    public string Namespace => connection.Namespace;

    public string EntityPath => entityPath;

    public bool IsClosed => _closed.IsCancellationRequested || connection.IsClosed;

    public TimeProvider Time => connection.Broker.Time;

    public string Identify(string? chosen) => chosen ?? $"{entityPath}-{Guid.NewGuid():D}";

    public void Dispose()
    {
        if (_closed.IsCancellationRequested) return;
        _closed.Cancel();
        _closed.Dispose();
    }

    public async Task SendAsync(IReadOnlyList<ServiceBusMessage> messages, CancellationToken cancellation)
    {
        if (messages.Count > 0) await SubmitAsync(messages, [.. messages.Select(Encode)], null, cancellation);
    }

    public async Task SendAsync(ServiceBusMessageBatch batch, CancellationToken cancellation)
    {
        if (batch.Count > 0) await SubmitAsync(batch.Messages, batch.Encoded, null, cancellation);
    }

    public async Task<IReadOnlyList<long>> ScheduleAsync(IReadOnlyList<ServiceBusMessage> messages, DateTimeOffset due, CancellationToken cancellation)
    {
        foreach (var message in messages)
            message.ScheduledEnqueueTime = due;
        return messages.Count == 0 ? [] : await SubmitAsync(messages, [.. messages.Select(Encode)], due, cancellation);
    }

    public static ValueTask<ServiceBusMessageBatch> CreateBatchAsync(long? maxSize, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return maxSize > Broker.MaxMessageSize
            ? throw new ArgumentOutOfRangeException(nameof(maxSize), maxSize, $"The maximum size of a batch is {Broker.MaxMessageSize} bytes.")
            : new(new ServiceBusMessageBatch(maxSize ?? Broker.MaxMessageSize));
    }

    public Task CancelScheduledAsync(IReadOnlyList<long> sequenceNumbers, CancellationToken cancellation) =>
        RunAsync((broker, queue) => broker.CancelScheduledAsync(queue, sequenceNumbers), cancellation);

    public async Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceiveAsync(int max, TimeSpan? wait, ServiceBusReceiveMode mode, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closed.Token);
        try
        {
            var token = either.Token;
            var received = await RunAsync((broker, queue) => broker.ReceiveAsync(queue, max, wait ?? connection.Retries.TryTimeout, mode, token), token);
            return [.. received.Select(delivery => Delivered(delivery))];
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new ObjectDisposedException(nameof(ServiceBusReceiver));
        }
    }

    public async Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceiveDeferredAsync(
        IReadOnlyList<long> sequenceNumbers, ServiceBusReceiveMode mode, CancellationToken cancellation)
    {
        var received = await RunAsync((broker, queue) => broker.ReceiveDeferredAsync(queue, sequenceNumbers, mode), cancellation);
        return [.. received.Select(delivery => Delivered(delivery))];
    }

    public async Task<IReadOnlyList<ServiceBusReceivedMessage>> PeekAsync(int max, long? from, CancellationToken cancellation)
    {
        var shown = await RunAsync((broker, queue) => broker.PeekAsync(queue, from ?? _lastPeeked + 1, max), cancellation);
        if (shown.Count > 0) _lastPeeked = shown[^1].Row.Sequence;
        return [.. shown.Select(delivery => Delivered(delivery, isPeeked: true))];
    }

    public Task CompleteAsync(ServiceBusReceivedMessage message, CancellationToken cancellation) =>
        RunAsync((broker, queue) => broker.CompleteAsync(queue, message.LockTokenGuid), cancellation);

    public Task AbandonAsync(ServiceBusReceivedMessage message, IDictionary<string, object>? properties, CancellationToken cancellation) =>
        RunAsync((broker, queue) => broker.AbandonAsync(queue, message.LockTokenGuid, properties), cancellation);

    public Task DeferAsync(ServiceBusReceivedMessage message, IDictionary<string, object>? properties, CancellationToken cancellation) =>
        RunAsync((broker, queue) => broker.DeferAsync(queue, message.LockTokenGuid, properties), cancellation);

    public Task DeadLetterAsync(
        ServiceBusReceivedMessage message, IDictionary<string, object>? properties, string? reason, string? description, CancellationToken cancellation)
    {
        if (reason?.Length > MaxReasonLength) throw new ArgumentOutOfRangeException(nameof(reason), $"deadLetterReason is longer than {MaxReasonLength} characters.");
        if (description?.Length > MaxReasonLength)
            throw new ArgumentOutOfRangeException(nameof(description), $"deadLetterErrorDescription is longer than {MaxReasonLength} characters.");
        return RunAsync((broker, queue) => broker.DeadLetterAsync(queue, message.LockTokenGuid, properties, reason, description), cancellation);
    }

    public async Task<DateTimeOffset> RenewAsync(ServiceBusReceivedMessage message, CancellationToken cancellation) =>
        DateTimeOffset.FromUnixTimeMilliseconds(await RunAsync((broker, queue) => broker.RenewAsync(queue, message.LockTokenGuid), cancellation));

    public Task<ServiceBusSessionReceiver> AcceptSessionAsync() => RunAsync<ServiceBusSessionReceiver>(
        (_, _) => throw new InvalidOperationException("It is not possible for an entity that does not require sessions to create a sessionful message receiver."),
        CancellationToken.None);

    private static byte[] Encode(ServiceBusMessage message)
    {
        Telemetry.Stamp(message);
        return AmqpFormat.Encode(message);
    }

    private async Task<IReadOnlyList<long>> SubmitAsync(
        IReadOnlyList<ServiceBusMessage> messages, List<byte[]> encoded, DateTimeOffset? due, CancellationToken cancellation)
    {
        if (entityPath.EndsWith(EntityPaths.DeadLetterSuffix, StringComparison.OrdinalIgnoreCase))
            throw new InvalidOperationException($"Cannot create a message sender on the dead-letter queue '{entityPath}'.");
        var size = encoded.Count == 1 ? encoded[0].Length : AmqpFormat.BatchOverhead + encoded.Sum(message => AmqpFormat.SizeInBatch(message.Length));
        if (size > Broker.MaxMessageSize)
        {
            throw new ServiceBusException(
                $"The message (id: {messages[0].MessageId}, size: {size} bytes) is larger than is currently allowed ({Broker.MaxMessageSize} bytes).",
                ServiceBusFailureReason.MessageSizeExceeded,
                entityPath);
        }

        var submissions = messages.Zip(encoded, (message, bytes) => new Submission(bytes, message.TimeToLive, Scheduled(due ?? message.ScheduledEnqueueTime))).ToArray();
        return await RunAsync((broker, queue) => broker.SendAsync(queue, submissions), cancellation);
    }

    private static long? Scheduled(DateTimeOffset time) => time == default ? null : time.ToUnixTimeMilliseconds();

    private static ServiceBusReceivedMessage Delivered(Delivery delivery, bool isPeeked = false)
    {
        var row = delivery.Row;
        var message = AmqpFormat.Decode(delivery.Message);

        // The delivery under way is not counted yet for who only looks on.
        message.Header.DeliveryCount = (uint)(isPeeked && row.IsLocked ? row.Deliveries - 1 : row.Deliveries);
        if (row.TimeToLive is { } life) message.Header.TimeToLive = TimeSpan.FromMilliseconds(life);
        var annotations = message.MessageAnnotations;
        annotations[AmqpFormat.SequenceNumber] = row.Sequence;
        annotations[AmqpFormat.EnqueuedTime] = Utc(row.Enqueued);
        annotations[AmqpFormat.State] = (int)State(row.State);
        if (delivery.LockedUntil > 0) annotations[AmqpFormat.LockedUntil] = Utc(delivery.LockedUntil);
        return new ServiceBusReceivedMessage(message, delivery.LockToken);
    }

    private static ServiceBusMessageState State(RowState state) => state switch
    {
        RowState.Deferred => ServiceBusMessageState.Deferred,
        RowState.Scheduled => ServiceBusMessageState.Scheduled,
        _ => ServiceBusMessageState.Active,
    };

    private static DateTime Utc(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime;

    // Again after what may pass, as the real client: exponentially longer, up to the number of tries and the longest delay of its options.
    private async Task<T> RunAsync<T>(Func<Broker, Queue, Task<T>> operation, CancellationToken cancellation)
    {
        for (var tries = 0; ; tries++)
        {
            ObjectDisposedException.ThrowIf(IsClosed, typeof(ServiceBusClient));
            cancellation.ThrowIfCancellationRequested();
            var broker = connection.Broker;
            try
            {
                return await operation(broker, broker.Find(entityPath));
            }
            catch (ServiceBusException e) when (e.IsTransient && broker.IsOpen && Delay(e, tries) is { } delay)
            {
                await Task.Delay(delay, broker.Time, cancellation);
            }
        }
    }

    private TimeSpan? Delay(ServiceBusException failure, int tries)
    {
        var options = connection.Retries;
        if (options.CustomRetryPolicy is { } policy) return policy.CalculateRetryDelay(failure, tries + 1);
        if (tries >= options.MaxRetries) return null;
        var delay = options.Mode is ServiceBusRetryMode.Fixed ? options.Delay : options.Delay * Math.Pow(2, tries);
        return delay < options.MaxDelay ? delay : options.MaxDelay;
    }
}
