using System.Diagnostics;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Crm.Local.Functions.Binding;
using Crm.Local.ServiceBus;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Local.Functions.ServiceBus;

/// <summary>What a function is told of its message or messages: beside them, their properties by name, or as <c>…Array</c> for a batch.</summary>
internal sealed class QueueTriggerData(
    object input, IReadOnlyList<ServiceBusReceivedMessage> messages, bool isBatched, ServiceBusMessageActions actions, CancellationToken cancellation) : TriggerData
{
    // The host sends numbers of 64 bits and text as they are and everything else as JSON; the names with Utc, and Label and UserProperties, are older spellings.
    private static readonly Dictionary<string, Func<ServiceBusReceivedMessage, object?>> Properties = new(StringComparer.OrdinalIgnoreCase)
    {
        ["MessageId"] = message => message.MessageId,
        ["SequenceNumber"] = message => message.SequenceNumber,
        ["DeliveryCount"] = message => message.DeliveryCount,
        ["LockToken"] = message => message.LockToken,
        ["EnqueuedTimeUtc"] = message => message.EnqueuedTime.UtcDateTime,
        ["EnqueuedTime"] = message => message.EnqueuedTime,
        ["ExpiresAtUtc"] = message => message.ExpiresAt.UtcDateTime,
        ["ExpiresAt"] = message => message.ExpiresAt,
        ["DeadLetterSource"] = message => message.DeadLetterSource,
        ["ContentType"] = message => message.ContentType,
        ["CorrelationId"] = message => message.CorrelationId,
        ["ReplyTo"] = message => message.ReplyTo,
        ["To"] = message => message.To,
        ["Subject"] = message => message.Subject,
        ["Label"] = message => message.Subject,
        ["SessionId"] = message => message.SessionId,
        ["ReplyToSessionId"] = message => message.ReplyToSessionId,
        ["PartitionKey"] = message => message.PartitionKey,
        ["TransactionPartitionKey"] = message => message.TransactionPartitionKey,
        ["ApplicationProperties"] = message => message.ApplicationProperties,
        ["UserProperties"] = message => message.ApplicationProperties,
    };

    private const string Plural = "Array";
    private IReadOnlyDictionary<string, object?>? _all;

    public override object Input => input;

    public ServiceBusMessageActions Actions => actions;

    public override IReadOnlyDictionary<string, object?> All => _all ??= Collect();

    public override TraceContext Trace { get; } = new MessageTrace(isBatched ? null : messages[0]);

    public override RetryContext Retry => NoRetry.Instance;

    public override CancellationToken Cancellation => cancellation;

    public override bool TryGet(string name, out object? value)
    {
        value = null;
        if (!isBatched)
        {
            if (Properties.TryGetValue(name, out var property)) value = Sent(property(messages[0]));
        }
        else if (name.EndsWith(Plural, StringComparison.OrdinalIgnoreCase) && Properties.TryGetValue(name[..^Plural.Length], out var property))
        {
            value = JsonSerializer.Serialize(messages.Select(property));
        }

        return value is not null;
    }

    private static object? Sent(object? value) => value is null or string or long ? value : JsonSerializer.Serialize(value);

    private Dictionary<string, object?> Collect()
    {
        var all = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in Properties.Keys)
        {
            var full = isBatched ? name + Plural : name;
            if (TryGet(full, out var value)) all[full] = value;
        }

        return all;
    }

    // The sender's trace goes on in the function; a batch has many, and begins its own.
    private sealed class MessageTrace(ServiceBusReceivedMessage? message) : TraceContext
    {
        public override string TraceParent { get; } = (message is null ? null : Telemetry.ParentOf(message))
            ?? $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-00";

        public override string TraceState { get; } = (message is null ? null : Telemetry.StateOf(message)) ?? "";
    }

    private sealed class NoRetry : RetryContext
    {
        public static NoRetry Instance { get; } = new();

        public override int RetryCount => 0;

        public override int MaxRetryCount => 0;
    }
}
