using System.Globalization;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Crm.Platform.Json;

namespace Crm.Webhooks.Inbound;

/// <summary>Asks for an event to be written to its record.</summary>
/// <param name="Attempt">From 1; more where something was in the way that passes.</param>
public sealed record InboundMessage(string TenantId, string WebhookId, string EventId, string? TraceParent, int Attempt = 1)
{
    public static InboundMessage Of(InboundEvent received, string? traceParent) => new(received.TenantId, received.WebhookId, received.Id, traceParent);

    /// <summary>Null where a message is none of these.</summary>
    public static InboundMessage? Read(ServiceBusReceivedMessage message)
    {
        try
        {
            return JsonSerializer.Deserialize<InboundMessage>(message.Body.ToMemory().Span, CrmJson.Options) is { TenantId: not null, WebhookId: not null, EventId: not null } read ? read : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public ServiceBusMessage ToMessage()
    {
        var message = new ServiceBusMessage(JsonSerializer.SerializeToUtf8Bytes(this, CrmJson.Options))
        {
            MessageId = string.Create(CultureInfo.InvariantCulture, $"{EventId}/{Attempt}"),
            ContentType = "application/json",
        };
        if (TraceParent is not null)
            message.ApplicationProperties["Diagnostic-Id"] = TraceParent;
        return message;
    }
}
