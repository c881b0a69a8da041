using System.Runtime.Serialization;
using Azure.Core.Amqp;
using Azure.Messaging.ServiceBus;

namespace Crm.Local.ServiceBus;

/// <summary>Messages in the form they have on the wire and on disk, and the names the service gives to what it writes on them.</summary>
internal static class AmqpFormat
{
    public const string PartitionKey = "x-opt-partition-key";
    public const string ViaPartitionKey = "x-opt-via-partition-key";
    public const string ScheduledEnqueueTime = "x-opt-scheduled-enqueue-time";
    public const string SequenceNumber = "x-opt-sequence-number";
    public const string EnqueuedSequenceNumber = "x-opt-enqueue-sequence-number";
    public const string EnqueuedTime = "x-opt-enqueued-time";
    public const string LockedUntil = "x-opt-locked-until";
    public const string DeadLetterSource = "x-opt-deadletter-source";
    public const string State = "x-opt-message-state";
    public const string DeadLetterReason = "DeadLetterReason";
    public const string DeadLetterErrorDescription = "DeadLetterErrorDescription";

    /// <summary>Bytes of the envelope around a batch.</summary>
    public const long BatchOverhead = 24;

    private static readonly string[] WrittenByTheBroker = [SequenceNumber, EnqueuedSequenceNumber, EnqueuedTime, LockedUntil, DeadLetterSource, State, ScheduledEnqueueTime];
    private static readonly string[] NotSentAgain = [DeadLetterReason, DeadLetterErrorDescription, .. Telemetry.Properties];

    /// <summary>Bytes a message takes in a batch: itself and the header of its section.</summary>
    public static long SizeInBatch(int size) => size + (size <= byte.MaxValue ? 5 : 8);

    /// <exception cref="SerializationException">An application property has a value that AMQP does not know.</exception>
    public static byte[] Encode(ServiceBusMessage message)
    {
        foreach (var (name, value) in message.ApplicationProperties)
        {
            if (!IsKnown(value))
                throw new SerializationException($"The application property '{name}' has a value of type {value!.GetType()}, which is not supported.");
        }

        return message.GetRawAmqpMessage().ToBytes().ToArray();
    }

    public static AmqpAnnotatedMessage Decode(ReadOnlySpan<byte> bytes) => AmqpAnnotatedMessage.FromBytes(new BinaryData(bytes.ToArray()));

    public static byte[] Encode(AmqpAnnotatedMessage message) => message.ToBytes().ToArray();

    /// <summary>Without what the broker wrote on it at its last sending.</summary>
    public static AmqpAnnotatedMessage CopyToSend(AmqpAnnotatedMessage message)
    {
        var copy = AmqpAnnotatedMessage.FromBytes(message.ToBytes());
        copy.Header.DeliveryCount = null;
        foreach (var name in WrittenByTheBroker)
            copy.MessageAnnotations.Remove(name);
        foreach (var name in NotSentAgain)
            copy.ApplicationProperties.Remove(name);
        return copy;
    }

    public static BinaryData Body(AmqpAnnotatedMessage message)
    {
        if (!message.Body.TryGetData(out var data)) throw new NotSupportedException($"The body of type {message.Body.BodyType} is only reached through GetRawAmqpMessage().");
        var parts = data!.ToArray();
        if (parts.Length == 1) return BinaryData.FromBytes(parts[0]);
        return BinaryData.FromBytes(parts.SelectMany(part => part.ToArray()).ToArray());
    }

    public static DateTimeOffset Time(AmqpAnnotatedMessage message, string annotation) =>
        message.MessageAnnotations.TryGetValue(annotation, out var value) && value is DateTime time && time > DateTime.MinValue
            ? new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc))
            : default;

    private static bool IsKnown(object? value) => value is null
        or string or bool or byte or sbyte or char or short or ushort or int or uint or long or ulong or float or double or decimal
        or Guid or Uri or DateTime or DateTimeOffset or TimeSpan;
}
