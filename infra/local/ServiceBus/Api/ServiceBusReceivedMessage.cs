#nullable disable
using Azure.Core.Amqp;
using Crm.Local.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>A message as the queue delivered it.</summary>
public class ServiceBusReceivedMessage
{
    private readonly AmqpAnnotatedMessage _message;

    internal ServiceBusReceivedMessage(AmqpAnnotatedMessage message, Guid lockToken)
    {
        _message = message;
        LockTokenGuid = lockToken;
    }

    public BinaryData Body => AmqpFormat.Body(_message);

    public string MessageId => _message.Properties.MessageId?.ToString();

    public string PartitionKey => Annotation<string>(AmqpFormat.PartitionKey);

    public string TransactionPartitionKey => Annotation<string>(AmqpFormat.ViaPartitionKey);

    public string SessionId => _message.Properties.GroupId;

    public string ReplyToSessionId => _message.Properties.ReplyToGroupId;

    public TimeSpan TimeToLive => _message.Header.TimeToLive ?? TimeSpan.MaxValue;

    public string CorrelationId => _message.Properties.CorrelationId?.ToString();

    public string Subject => _message.Properties.Subject;

    public string To => _message.Properties.To?.ToString();

    public string ContentType => _message.Properties.ContentType;

    public string ReplyTo => _message.Properties.ReplyTo?.ToString();

    public DateTimeOffset ScheduledEnqueueTime => AmqpFormat.Time(_message, AmqpFormat.ScheduledEnqueueTime);

    public IReadOnlyDictionary<string, object> ApplicationProperties => (IReadOnlyDictionary<string, object>)_message.ApplicationProperties;

    public string LockToken => LockTokenGuid.ToString();

    /// <summary>1 at the first delivery; 0 in a message that was only peeked at and never delivered.</summary>
    public int DeliveryCount => (int)(_message.Header.DeliveryCount ?? 0);

    public DateTimeOffset LockedUntil
    {
        get => AmqpFormat.Time(_message, AmqpFormat.LockedUntil);
        internal set => _message.MessageAnnotations[AmqpFormat.LockedUntil] = value.UtcDateTime;
    }

    public long SequenceNumber => _message.MessageAnnotations.TryGetValue(AmqpFormat.SequenceNumber, out var value) ? (long)value : -1;

    public string DeadLetterSource => Annotation<string>(AmqpFormat.DeadLetterSource);

    public long EnqueuedSequenceNumber => Annotation<long>(AmqpFormat.EnqueuedSequenceNumber);

    public DateTimeOffset EnqueuedTime => AmqpFormat.Time(_message, AmqpFormat.EnqueuedTime);

    public DateTimeOffset ExpiresAt => TimeToLive >= DateTimeOffset.MaxValue - EnqueuedTime ? DateTimeOffset.MaxValue : EnqueuedTime + TimeToLive;

    public string DeadLetterReason => Property(AmqpFormat.DeadLetterReason);

    public string DeadLetterErrorDescription => Property(AmqpFormat.DeadLetterErrorDescription);

    public ServiceBusMessageState State => (ServiceBusMessageState)Annotation<int>(AmqpFormat.State);

    internal Guid LockTokenGuid { get; }

    public AmqpAnnotatedMessage GetRawAmqpMessage() => _message;

    public static ServiceBusReceivedMessage FromAmqpMessage(AmqpAnnotatedMessage message, BinaryData lockTokenBytes)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(lockTokenBytes);
        return new ServiceBusReceivedMessage(message, new Guid(lockTokenBytes.ToMemory().Span));
    }

    public override string ToString() => $"{{MessageId:{MessageId}}}";

    private T Annotation<T>(string name) => _message.MessageAnnotations.TryGetValue(name, out var value) && value is T typed ? typed : default;

    private string Property(string name) => _message.ApplicationProperties.TryGetValue(name, out var value) ? value as string : null;
}
