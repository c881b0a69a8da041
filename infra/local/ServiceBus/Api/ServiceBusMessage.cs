#nullable disable
using Azure.Core.Amqp;
using Crm.Local.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>A message to send: a body of bytes and properties beside it. It has no id unless the sender gives it one.</summary>
public class ServiceBusMessage
{
    private const int MaxIdLength = 128;
    private readonly AmqpAnnotatedMessage _message;

    public ServiceBusMessage()
        : this(default(ReadOnlyMemory<byte>))
    {
    }

    public ServiceBusMessage(string body)
        : this(BinaryData.FromString(body))
    {
    }

    public ServiceBusMessage(ReadOnlyMemory<byte> body)
        : this(BinaryData.FromBytes(body))
    {
    }

    public ServiceBusMessage(BinaryData body)
    {
        ArgumentNullException.ThrowIfNull(body);
        _message = new AmqpAnnotatedMessage(AmqpMessageBody.FromData([body.ToMemory()]));
    }

    /// <summary>A copy to send again: what the broker wrote on it (times, numbers, lock, dead-letter reason, trace) is left out.</summary>
    public ServiceBusMessage(ServiceBusReceivedMessage receivedMessage)
    {
        ArgumentNullException.ThrowIfNull(receivedMessage);
        _message = AmqpFormat.CopyToSend(receivedMessage.GetRawAmqpMessage());
    }

    public ServiceBusMessage(AmqpAnnotatedMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        _message = message;
    }

    public BinaryData Body
    {
        get => AmqpFormat.Body(_message);
        set => _message.Body = AmqpMessageBody.FromData([value.ToMemory()]);
    }

    public string MessageId
    {
        get => _message.Properties.MessageId?.ToString();
        set
        {
            if (string.IsNullOrEmpty(value)) throw new ArgumentException("MessageId is null or empty.", nameof(value));
            _message.Properties.MessageId = new AmqpMessageId(Limited(value, nameof(MessageId)));
        }
    }

    public string PartitionKey
    {
        get => _message.MessageAnnotations.TryGetValue(AmqpFormat.PartitionKey, out var value) ? value as string : null;
        set => _message.MessageAnnotations[AmqpFormat.PartitionKey] = Limited(value, nameof(PartitionKey));
    }

    public string TransactionPartitionKey
    {
        get => _message.MessageAnnotations.TryGetValue(AmqpFormat.ViaPartitionKey, out var value) ? value as string : null;
        set => _message.MessageAnnotations[AmqpFormat.ViaPartitionKey] = Limited(value, nameof(TransactionPartitionKey));
    }

    /// <summary>Ignored by queues without sessions, which is every queue of the Basic tier.</summary>
    public string SessionId
    {
        get => _message.Properties.GroupId;
        set => _message.Properties.GroupId = Limited(value, nameof(SessionId));
    }

    public string ReplyToSessionId
    {
        get => _message.Properties.ReplyToGroupId;
        set => _message.Properties.ReplyToGroupId = Limited(value, nameof(ReplyToSessionId));
    }

    /// <summary>Counted from the enqueued time; longer than the queue's default it is cut to that.</summary>
    public TimeSpan TimeToLive
    {
        get => _message.Header.TimeToLive ?? TimeSpan.MaxValue;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            _message.Header.TimeToLive = value;
        }
    }

    public string CorrelationId
    {
        get => _message.Properties.CorrelationId?.ToString();
        set => _message.Properties.CorrelationId = value is null ? null : new AmqpMessageId(value);
    }

    public string Subject
    {
        get => _message.Properties.Subject;
        set => _message.Properties.Subject = value;
    }

    public string To
    {
        get => _message.Properties.To?.ToString();
        set => _message.Properties.To = value is null ? null : new AmqpAddress(value);
    }

    public string ContentType
    {
        get => _message.Properties.ContentType;
        set => _message.Properties.ContentType = value;
    }

    public string ReplyTo
    {
        get => _message.Properties.ReplyTo?.ToString();
        set => _message.Properties.ReplyTo = value is null ? null : new AmqpAddress(value);
    }

    public DateTimeOffset ScheduledEnqueueTime
    {
        get => AmqpFormat.Time(_message, AmqpFormat.ScheduledEnqueueTime);
        set => _message.MessageAnnotations[AmqpFormat.ScheduledEnqueueTime] = value.UtcDateTime;
    }

    /// <summary>Values may be null, text, booleans, numbers, chars, Guid, Uri, DateTime, DateTimeOffset and TimeSpan; sending any other fails.</summary>
    public IDictionary<string, object> ApplicationProperties => _message.ApplicationProperties;

    public AmqpAnnotatedMessage GetRawAmqpMessage() => _message;

    public override string ToString() => $"{{MessageId:{MessageId}}}";

    private static string Limited(string value, string property) => value?.Length > MaxIdLength
        ? throw new ArgumentOutOfRangeException(nameof(value), $"{property} is longer than {MaxIdLength} characters.")
        : value;
}
