using System.Text.Json.Nodes;

namespace Crm.Webhooks;

/// <summary>An event as a receiver gets it (CloudEvents 1.0).</summary>
/// <param name="Specversion">Of CloudEvents: 1.0.</param>
/// <param name="Id">The same in every attempt: what receivers tell a second one by.</param>
/// <param name="Source">Whose it is.</param>
/// <param name="Type">What happened to what, such as contact.created.</param>
/// <param name="Subject">The record: its collection and its id. Absent from a ping.</param>
/// <param name="Sequence">The record's version, with leading zeros: an event with a lower one than was seen came late.</param>
public sealed record WebhookEvent(string Specversion, string Id, string Source, string Type, DateTimeOffset Time, string Datacontenttype, string? Subject, string? Sequence, WebhookEventData Data);

/// <summary>What an event says, as far as the webhook's owner may read it.</summary>
/// <param name="Record">As the event left it; absent when it was deleted.</param>
/// <param name="Changed">The names of the fields that changed.</param>
/// <param name="Previous">What they were before.</param>
/// <param name="Thin">True where there is more than fits: who wants it reads the record.</param>
/// <param name="WebhookId">Of a ping.</param>
public sealed record WebhookEventData(JsonObject? Record, IReadOnlyList<string>? Changed, JsonObject? Previous, bool? Thin, string? WebhookId);
