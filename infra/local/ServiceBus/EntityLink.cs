using Azure.Messaging.ServiceBus;

namespace Crm.Local.ServiceBus;

/// <summary>What senders, receivers and processors share: one entity of a namespace, the translation to the broker, and trying again.</summary>
internal sealed class EntityLink(NamespaceConnection connection, string entityPath)
{
    private long _peekFrom = 1;
    private bool _isClosed;

    public string Namespace => connection.Namespace;

    public string EntityPath => entityPath;

    public bool IsClosed => _isClosed || connection.IsClosed;

    public TimeProvider Time => connection.Broker.Time;

    public string Identify(string? chosen) => chosen ?? $"{entityPath}-{Guid.NewGuid():D}";

    public void Close() => _isClosed = true;

    public Task<IReadOnlyList<long>> SendAsync(IReadOnlyList<ServiceBusMessage> messages, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<IReadOnlyList<long>> SendAsync(ServiceBusMessageBatch batch, CancellationToken cancellation) => throw new NotSupportedException();

    public ValueTask<ServiceBusMessageBatch> CreateBatchAsync(long? maxSize, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<IReadOnlyList<long>> ScheduleAsync(IReadOnlyList<ServiceBusMessage> messages, DateTimeOffset due, CancellationToken cancellation) => throw new NotSupportedException();

    public Task CancelScheduledAsync(IReadOnlyList<long> sequenceNumbers, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceiveAsync(int max, TimeSpan? wait, ServiceBusReceiveMode mode, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceiveDeferredAsync(IReadOnlyList<long> sequenceNumbers, ServiceBusReceiveMode mode, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<IReadOnlyList<ServiceBusReceivedMessage>> PeekAsync(int max, long? from, CancellationToken cancellation) => throw new NotSupportedException(_peekFrom++.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public Task CompleteAsync(ServiceBusReceivedMessage message, CancellationToken cancellation) => throw new NotSupportedException();

    public Task AbandonAsync(ServiceBusReceivedMessage message, IDictionary<string, object>? properties, CancellationToken cancellation) => throw new NotSupportedException();

    public Task DeferAsync(ServiceBusReceivedMessage message, IDictionary<string, object>? properties, CancellationToken cancellation) => throw new NotSupportedException();

    public Task DeadLetterAsync(ServiceBusReceivedMessage message, IDictionary<string, object>? properties, string? reason, string? description, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<DateTimeOffset> RenewAsync(ServiceBusReceivedMessage message, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<ServiceBusSessionReceiver> AcceptSessionAsync() => throw new NotSupportedException();
}
