using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Azure.Messaging.ServiceBus;
using Crm.Platform;
using Crm.Platform.Json;

namespace Crm.Webhooks;

/// <summary>One attempt to deliver one event to one webhook. What the event holds is read when it is sent, with the rights that the owner has then.</summary>
/// <param name="DeliveryId">The same for every attempt, and however often the change is brought by the feed.</param>
/// <param name="EventId">The receiver's key to tell what it has seen: the same for every webhook.</param>
/// <param name="Entity">Null in a ping, as are the record and its version.</param>
/// <param name="Attempt">From 1. An attempt that was made is not made again.</param>
/// <param name="Step">How many failures the plan has seen.</param>
/// <param name="Queued">How often it has waited for its endpoint.</param>
/// <param name="Index">Which event of its change it is.</param>
/// <param name="Faults">How often something on this side was in the way.</param>
/// <param name="Alone">It is in no line: a ping, or what is sent again after it was done with.</param>
public sealed record DeliveryMessage(
    string DeliveryId, string EventId, string TenantId, string WebhookId, string Type, string? Entity, string? RecordId, int? Version, DateTimeOffset OccurredAt,
    string? TraceParent, int Attempt = 1, int Step = 0, int Queued = 0, int Index = 0, int Faults = 0, bool Alone = false)
{
    public const string Ping = "webhook.ping";

    /// <summary>The event; null in a ping, which is about no record.</summary>
    [JsonIgnore]
    public RecordEvent? Event =>
        this is { Entity: { } entity, RecordId: { } id, Version: { } version } ? new RecordEvent(EventId, TenantId, Type, entity, id, version, Index, OccurredAt, TraceParent) : null;

    /// <summary>The first attempt for an event of a change.</summary>
    public static DeliveryMessage Of(string webhookId, RecordEvent sent) => new(
        NewId(webhookId, sent.OccurredAt, sent.Id), sent.Id, sent.TenantId, webhookId, sent.Type, sent.Entity, sent.RecordId, sent.Version, sent.OccurredAt, sent.TraceParent,
        Index: sent.Index);

    /// <summary>A ping, different from every other.</summary>
    public static DeliveryMessage OfPing(string tenantId, string webhookId, DateTimeOffset now, string? traceParent)
    {
        var id = Ids.New(now);
        return new DeliveryMessage(NewId(webhookId, now, id), $"{RecordEvent.Prefix}{id}", tenantId, webhookId, Ping, null, null, null, now, traceParent, Alone: true);
    }

    /// <summary>The webhook that a delivery's id names; null where the text is none.</summary>
    public static string? WebhookOf(string deliveryId) => deliveryId.Split('.') is [{ Length: > 0 } webhook, { Length: > 0 }] ? webhook : null;

    /// <summary>The message that bytes are; null where they are none.</summary>
    public static DeliveryMessage? Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<DeliveryMessage>(bytes, CrmJson.Options) is { DeliveryId: not null, EventId: not null, TenantId: not null, WebhookId: not null, Type: not null } read ? read : null;
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
            MessageId = string.Create(CultureInfo.InvariantCulture, $"{DeliveryId}/{Attempt}/{Queued}/{Faults}"),
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
