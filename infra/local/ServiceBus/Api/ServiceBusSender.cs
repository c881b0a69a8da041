#nullable disable
using Crm.Local.ServiceBus;

namespace Azure.Messaging.ServiceBus;

public class ServiceBusSenderOptions
{
    public string Identifier { get; set; }
}

/// <summary>Sends to one queue. A task that ends well means the messages are on disk.</summary>
public class ServiceBusSender : IAsyncDisposable
{
    private readonly EntityLink _link;

    protected ServiceBusSender()
    {
    }

    protected ServiceBusSender(ServiceBusClient client, string queueOrTopicName)
        : this(client, queueOrTopicName, new ServiceBusSenderOptions())
    {
    }

    protected ServiceBusSender(ServiceBusClient client, string queueOrTopicName, ServiceBusSenderOptions options)
        : this(client.LinkTo(queueOrTopicName), options)
    {
    }

    internal ServiceBusSender(EntityLink link, ServiceBusSenderOptions options)
    {
        _link = link;
        Identifier = link.Identify(options?.Identifier);
    }

    public virtual string FullyQualifiedNamespace => _link.Namespace;

    public virtual string EntityPath => _link.EntityPath;

    public virtual string Identifier { get; }

    public virtual bool IsClosed => _link.IsClosed;

    public virtual async Task SendMessageAsync(ServiceBusMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        await _link.SendAsync([message], cancellationToken);
    }

    public virtual async Task SendMessagesAsync(IEnumerable<ServiceBusMessage> messages, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        await _link.SendAsync([.. messages], cancellationToken);
    }

    public virtual async Task SendMessagesAsync(ServiceBusMessageBatch messageBatch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messageBatch);
        messageBatch.Hold();
        try
        {
            await _link.SendAsync(messageBatch, cancellationToken);
        }
        finally
        {
            messageBatch.Release();
        }
    }

    public virtual ValueTask<ServiceBusMessageBatch> CreateMessageBatchAsync(CancellationToken cancellationToken = default) =>
        CreateMessageBatchAsync(null, cancellationToken);

    public virtual ValueTask<ServiceBusMessageBatch> CreateMessageBatchAsync(CreateMessageBatchOptions options, CancellationToken cancellationToken = default) =>
        EntityLink.CreateBatchAsync(options?.MaxSizeInBytes, cancellationToken);

    /// <summary>The number by which it can be cancelled until it is due; then it gets another, as one enqueued at that moment.</summary>
    public virtual async Task<long> ScheduleMessageAsync(ServiceBusMessage message, DateTimeOffset scheduledEnqueueTime, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return (await _link.ScheduleAsync([message], scheduledEnqueueTime, cancellationToken))[0];
    }

    public virtual async Task<IReadOnlyList<long>> ScheduleMessagesAsync(
        IEnumerable<ServiceBusMessage> messages, DateTimeOffset scheduledEnqueueTime, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return await _link.ScheduleAsync([.. messages], scheduledEnqueueTime, cancellationToken);
    }

    public virtual Task CancelScheduledMessageAsync(long sequenceNumber, CancellationToken cancellationToken = default) =>
        _link.CancelScheduledAsync([sequenceNumber], cancellationToken);

    public virtual Task CancelScheduledMessagesAsync(IEnumerable<long> sequenceNumbers, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sequenceNumbers);
        return _link.CancelScheduledAsync([.. sequenceNumbers], cancellationToken);
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
}
