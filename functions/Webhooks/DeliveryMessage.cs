using System.Globalization;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Crm.Entities.Changes;
using Crm.Entities.Types;
using Crm.History;
using Crm.Platform;
using Crm.Platform.Json;

namespace Crm.Webhooks;

/// <summary>One attempt to deliver one event to one webhook. What the event holds is read when it is sent, with the rights that the owner has then.</summary>
/// <param name="DeliveryId">The same for every attempt, and however often the change is brought by the feed.</param>
/// <param name="EventId">The receiver's key to tell what it has seen: the same for every webhook.</param>
/// <param name="Entity">Null in a ping, as are the record and its version.</param>
/// <param name="Attempt">From 1. An attempt that was made is not made again.</param>
/// <param name="Step">Failures so far in this round of the plan.</param>
/// <param name="Queued">How often it has waited for a slot at its endpoint.</param>
public sealed record DeliveryMessage(
    string DeliveryId, string EventId, string TenantId, string WebhookId, string Type, string? Entity, string? RecordId, int? Version, DateTimeOffset OccurredAt,
    string? TraceParent, int Attempt = 1, int Step = 0, int Queued = 0)
{
    public const string Ping = "webhook.ping";

    /// <summary>The first attempt for an event of a change.</summary>
    public static DeliveryMessage Of(Webhook webhook, Change change, int index)
    {
        var announced = EventMessage.Of(change, index);
        return new DeliveryMessage(
            NewId(webhook.Id, change.OccurredAt, announced.Id), $"evt_{Ids.From(announced.Id)}", change.TenantId, webhook.Id, announced.Type,
            change.Entity, change.RecordId, change.Version, change.OccurredAt, change.TraceParent);
    }

    /// <summary>A ping, different from every other.</summary>
    public static DeliveryMessage OfPing(string tenantId, string webhookId, DateTimeOffset now, string? traceParent)
    {
        var id = Ids.New(now);
        return new DeliveryMessage(NewId(webhookId, now, id), $"evt_{id}", tenantId, webhookId, Ping, null, null, null, now, traceParent);
    }

    /// <summary>The webhook that a delivery's id names; null where the text is none.</summary>
    public static string? WebhookOf(string deliveryId) => deliveryId.Split('.') is [{ Length: > 0 } webhook, { Length: > 0 }] ? webhook : null;

    public ServiceBusMessage ToMessage()
    {
        var message = new ServiceBusMessage(JsonSerializer.SerializeToUtf8Bytes(this, CrmJson.Options))
        {
            MessageId = string.Create(CultureInfo.InvariantCulture, $"{DeliveryId}/{Attempt}/{Queued}"),
            Subject = Type,
            ContentType = "application/json",
        };
        if (TraceParent is not null)
            message.ApplicationProperties["Diagnostic-Id"] = TraceParent;
        return message;
    }

    /// <summary>In the order of time, so that the deliveries of a webhook are listed by their ids.</summary>
    private static string NewId(string webhookId, DateTimeOffset time, string eventId) =>
        string.Create(CultureInfo.InvariantCulture, $"{webhookId}.{time.UtcDateTime:yyyyMMddHHmmssfff}{Ids.From(eventId)[..16]}");
}
