using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Cosmos;

namespace Crm.Webhooks.Inbound;

public enum InboundState
{
    /// <summary>Accepted, and on its way.</summary>
    Received,

    /// <summary>Written to a record.</summary>
    Processed,

    /// <summary>It is not one of those that the webhook is interested in.</summary>
    Ignored,

    /// <summary>It could not be written, and waits for somebody to mend what is wrong.</summary>
    Failed,
}

/// <summary>
/// An event as it was sent, and what became of it: kept for 30 days. Its id follows from the webhook and the sender's id, so that an event that is sent again
/// meets itself.
/// </summary>
public sealed record InboundEvent : KeyDocument
{
    private const int Kept = 30 * 24 * 60 * 60;
    private const int LongestId = 255;

    public required string WebhookId { get; init; }

    /// <summary>The sender's id for it; null where the body stands for itself.</summary>
    public string? SenderId { get; init; }

    /// <summary>Where it stands in the list of events: by time, and no two at one place.</summary>
    public required string Position { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public bool IsForm { get; init; }

    /// <summary>As it was signed. Lists leave it out.</summary>
    public byte[] Body { get; init; } = [];

    public InboundState State { get; init; }

    /// <summary>How often it was tried since it was sent or replayed.</summary>
    public int Tries { get; init; }

    public DateTimeOffset? SettledAt { get; init; }

    /// <summary>The record it was written to.</summary>
    public RecordLink? Record { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Code { get; init; }

    public string? Detail { get; init; }

    /// <summary>What is wrong with which field: of the record, or of the mapping.</summary>
    public IReadOnlyList<FieldError> Errors { get; init; } = [];

    public override string Scope => ScopeOf(WebhookId);

    /// <summary>As the API shows it in lists.</summary>
    [JsonIgnore]
    public InboundEventView View => new(Id, SenderId, ReceivedAt, State, Tries, SettledAt, Record, Code, Detail, Errors.Count == 0 ? null : Errors);

    public static string ScopeOf(string webhookId) => $"inbound-events.{webhookId}";

    /// <param name="identity">What makes it this event and no other.</param>
    public static InboundEvent New(string tenantId, InboundWebhook webhook, string identity, string? senderId, ReadOnlyMemory<byte> body, bool isForm, DateTimeOffset now)
    {
        var id = Ids.From(tenantId, webhook.Id, identity);
        return new InboundEvent
        {
            Id = id,
            TenantId = tenantId,
            WebhookId = webhook.Id,
            SenderId = senderId is { Length: > LongestId } ? senderId[..LongestId] : senderId,
            Position = string.Create(CultureInfo.InvariantCulture, $"{now.UtcDateTime:yyyyMMddHHmmssfff}{id}"),
            ReceivedAt = now,
            Body = body.ToArray(),
            IsForm = isForm,
            Ttl = Kept,
        };
    }

    /// <summary>To be tried, from the start.</summary>
    public InboundEvent Again() => this with { State = InboundState.Received, Tries = 0, SettledAt = null, Code = null, Detail = null, Errors = [] };

    public InboundEvent Failed(Error error, DateTimeOffset now) => this with
    {
        State = InboundState.Failed,
        SettledAt = now,
        Code = error.Code,
        Detail = error.Detail,
        Errors = error switch
        {
            Invalid invalid => invalid.Errors,
            BadRequest bad => bad.Fields,
            Forbidden forbidden => forbidden.Fields,
            _ => [],
        },
    };
}

/// <summary>An event, as the API shows it in lists.</summary>
public sealed record InboundEventView(
    string Id, string? SenderId, DateTimeOffset ReceivedAt, InboundState State, int Tries, DateTimeOffset? SettledAt, RecordLink? Record, string? Code, string? Detail,
    IReadOnlyList<FieldError>? Errors)
{
    /// <summary>What was sent, as the mapping sees it; null in lists.</summary>
    public JsonElement? Body { get; init; }
}
