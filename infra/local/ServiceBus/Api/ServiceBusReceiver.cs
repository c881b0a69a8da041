#nullable disable
using System.Runtime.CompilerServices;
using Crm.Local.ServiceBus;

namespace Azure.Messaging.ServiceBus;

public class ServiceBusReceiverOptions
{
    private int _prefetchCount;

    /// <summary>Accepted and without effect: the broker is in this process, so there is nothing to fetch ahead.</summary>
    public int PrefetchCount
    {
        get => _prefetchCount;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _prefetchCount = value;
        }
    }

    public ServiceBusReceiveMode ReceiveMode { get; set; }

    public SubQueue SubQueue { get; set; }

    public string Identifier { get; set; }
}

/// <summary>Receives from one queue or its dead-letter queue, and settles what it received.</summary>
public class ServiceBusReceiver : IAsyncDisposable
{
    private readonly EntityLink _link;

    protected ServiceBusReceiver()
    {
    }

    protected ServiceBusReceiver(ServiceBusClient client, string queueName, ServiceBusReceiverOptions options)
        : this(client.LinkTo(EntityPaths.Of(queueName, options?.SubQueue ?? SubQueue.None)), options)
    {
    }

    protected ServiceBusReceiver(ServiceBusClient client, string topicName, string subscriptionName, ServiceBusReceiverOptions options)
        : this(client.LinkTo(EntityPaths.Of(EntityPaths.Subscription(topicName, subscriptionName), options?.SubQueue ?? SubQueue.None)), options)
    {
    }

    internal ServiceBusReceiver(EntityLink link, ServiceBusReceiverOptions options)
    {
        _link = link;
        PrefetchCount = options?.PrefetchCount ?? 0;
        ReceiveMode = options?.ReceiveMode ?? ServiceBusReceiveMode.PeekLock;
        Identifier = link.Identify(options?.Identifier);
    }

    public virtual string FullyQualifiedNamespace => _link.Namespace;

    public virtual string EntityPath => _link.EntityPath;

    public virtual ServiceBusReceiveMode ReceiveMode { get; }

    public virtual int PrefetchCount { get; }

    public virtual string Identifier { get; }

    public virtual bool IsClosed => _link.IsClosed;

    /// <summary>Null when none came within the time.</summary>
    public virtual async Task<ServiceBusReceivedMessage> ReceiveMessageAsync(TimeSpan? maxWaitTime = null, CancellationToken cancellationToken = default) =>
        First(await ReceiveMessagesAsync(1, maxWaitTime, cancellationToken));

    /// <summary>What is there, at most so many; it waits only for the first. Empty when none came within the time.</summary>
    public virtual Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceiveMessagesAsync(
        int maxMessages, TimeSpan? maxWaitTime = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxMessages);
        if (maxWaitTime is { } wait) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(wait, TimeSpan.Zero, nameof(maxWaitTime));
        return _link.ReceiveAsync(maxMessages, maxWaitTime, ReceiveMode, cancellationToken);
    }

    public virtual async IAsyncEnumerable<ServiceBusReceivedMessage> ReceiveMessagesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            if (await ReceiveMessageAsync(cancellationToken: cancellationToken) is { } message) yield return message;
        }
    }

    public virtual async Task<ServiceBusReceivedMessage> PeekMessageAsync(long? fromSequenceNumber = null, CancellationToken cancellationToken = default) =>
        First(await PeekMessagesAsync(1, fromSequenceNumber, cancellationToken));

    /// <summary>Without a number it goes on after the last one this receiver peeked at.</summary>
    public virtual Task<IReadOnlyList<ServiceBusReceivedMessage>> PeekMessagesAsync(
        int maxMessages, long? fromSequenceNumber = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxMessages);
        return _link.PeekAsync(maxMessages, fromSequenceNumber, cancellationToken);
    }

    public virtual async Task<ServiceBusReceivedMessage> ReceiveDeferredMessageAsync(long sequenceNumber, CancellationToken cancellationToken = default) =>
        First(await ReceiveDeferredMessagesAsync([sequenceNumber], cancellationToken));

    public virtual Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceiveDeferredMessagesAsync(
        IEnumerable<long> sequenceNumbers, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sequenceNumbers);
        return _link.ReceiveDeferredAsync([.. sequenceNumbers], ReceiveMode, cancellationToken);
    }

    public virtual Task CompleteMessageAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default)
    {
        CheckSettles(message);
        return _link.CompleteAsync(message, cancellationToken);
    }

    public virtual Task AbandonMessageAsync(
        ServiceBusReceivedMessage message, IDictionary<string, object> propertiesToModify = null, CancellationToken cancellationToken = default)
    {
        CheckSettles(message);
        return _link.AbandonAsync(message, propertiesToModify, cancellationToken);
    }

    public virtual Task DeferMessageAsync(
        ServiceBusReceivedMessage message, IDictionary<string, object> propertiesToModify = null, CancellationToken cancellationToken = default)
    {
        CheckSettles(message);
        return _link.DeferAsync(message, propertiesToModify, cancellationToken);
    }

    public virtual Task DeadLetterMessageAsync(
        ServiceBusReceivedMessage message, IDictionary<string, object> propertiesToModify = null, CancellationToken cancellationToken = default) =>
        DeadLetterMessageAsync(message, propertiesToModify, null, null, cancellationToken);

    public virtual Task DeadLetterMessageAsync(
        ServiceBusReceivedMessage message, string deadLetterReason, string deadLetterErrorDescription = null, CancellationToken cancellationToken = default) =>
        DeadLetterMessageAsync(message, null, deadLetterReason, deadLetterErrorDescription, cancellationToken);

    public virtual Task DeadLetterMessageAsync(
        ServiceBusReceivedMessage message,
        IDictionary<string, object> propertiesToModify,
        string deadLetterReason,
        string deadLetterErrorDescription = null,
        CancellationToken cancellationToken = default)
    {
        CheckSettles(message);
        return _link.DeadLetterAsync(message, propertiesToModify, deadLetterReason, deadLetterErrorDescription, cancellationToken);
    }

    public virtual async Task RenewMessageLockAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default)
    {
        CheckSettles(message);
        message.LockedUntil = await _link.RenewAsync(message, cancellationToken);
    }

    public virtual Task CloseAsync(CancellationToken cancellationToken = default)
    {
        _link.Dispose();
        return Task.CompletedTask;
    }

    public virtual async ValueTask DisposeAsync()
    {
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    private static ServiceBusReceivedMessage First(IReadOnlyList<ServiceBusReceivedMessage> messages) => messages.Count == 0 ? null : messages[0];

    private void CheckSettles(ServiceBusReceivedMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (ReceiveMode is not ServiceBusReceiveMode.PeekLock)
            throw new InvalidOperationException("The operation is only supported in 'PeekLock' receive mode.");
        if (message.LockTokenGuid == Guid.Empty)
            throw new InvalidOperationException("The operation needs a locked message; a message that was peeked at has no lock.");
    }
}
