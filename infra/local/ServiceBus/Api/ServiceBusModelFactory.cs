#nullable disable
using Azure.Core.Amqp;
using Crm.Local.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>Makes what only the service makes, for tests.</summary>
public static class ServiceBusModelFactory
{
    public static ServiceBusReceivedMessage ServiceBusReceivedMessage(
        BinaryData body = null,
        string messageId = null,
        string partitionKey = null,
        string viaPartitionKey = null,
        string sessionId = null,
        string replyToSessionId = null,
        TimeSpan timeToLive = default,
        string correlationId = null,
        string subject = null,
        string to = null,
        string contentType = null,
        string replyTo = null,
        DateTimeOffset scheduledEnqueueTime = default,
        IDictionary<string, object> properties = null,
        Guid lockTokenGuid = default,
        int deliveryCount = 0,
        DateTimeOffset lockedUntil = default,
        long sequenceNumber = -1,
        string deadLetterSource = null,
        long enqueuedSequenceNumber = 0,
        DateTimeOffset enqueuedTime = default,
        ServiceBusMessageState serviceBusMessageState = ServiceBusMessageState.Active)
    {
        var message = new AmqpAnnotatedMessage(AmqpMessageBody.FromData([(body ?? new BinaryData([])).ToMemory()]));
        message.Properties.MessageId = messageId is null ? null : new AmqpMessageId(messageId);
        message.Properties.CorrelationId = correlationId is null ? null : new AmqpMessageId(correlationId);
        message.Properties.GroupId = sessionId;
        message.Properties.ReplyToGroupId = replyToSessionId;
        message.Properties.Subject = subject;
        message.Properties.To = to is null ? null : new AmqpAddress(to);
        message.Properties.ContentType = contentType;
        message.Properties.ReplyTo = replyTo is null ? null : new AmqpAddress(replyTo);
        message.Header.TimeToLive = timeToLive == default ? null : timeToLive;
        message.Header.DeliveryCount = (uint)deliveryCount;
        var annotations = message.MessageAnnotations;
        annotations[AmqpFormat.PartitionKey] = partitionKey;
        annotations[AmqpFormat.ViaPartitionKey] = viaPartitionKey;
        annotations[AmqpFormat.ScheduledEnqueueTime] = scheduledEnqueueTime.UtcDateTime;
        annotations[AmqpFormat.LockedUntil] = lockedUntil.UtcDateTime;
        annotations[AmqpFormat.SequenceNumber] = sequenceNumber;
        annotations[AmqpFormat.DeadLetterSource] = deadLetterSource;
        annotations[AmqpFormat.EnqueuedSequenceNumber] = enqueuedSequenceNumber;
        annotations[AmqpFormat.EnqueuedTime] = enqueuedTime.UtcDateTime;
        annotations[AmqpFormat.State] = (int)serviceBusMessageState;
        foreach (var (name, value) in properties ?? new Dictionary<string, object>())
            message.ApplicationProperties[name] = value;
        return new ServiceBusReceivedMessage(message, lockTokenGuid);
    }

    public static ServiceBusMessageBatch ServiceBusMessageBatch(
        long batchSizeBytes,
        IList<ServiceBusMessage> batchMessageStore,
        CreateMessageBatchOptions batchOptions = null,
        Func<ServiceBusMessage, bool> tryAddCallback = null) =>
        new(batchSizeBytes, batchMessageStore, batchOptions, tryAddCallback);
}
