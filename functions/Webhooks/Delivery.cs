using System.Text.Json.Serialization;
using Crm.Platform.Cosmos;

namespace Crm.Webhooks;

public enum DeliveryState
{
    Pending,
    Succeeded,
    Failed,
}

/// <summary>One attempt, as it went.</summary>
/// <param name="Status">What the receiver answered; null where it did not.</param>
/// <param name="Ms">How long it took, in milliseconds.</param>
public sealed record DeliveryAttempt(DateTimeOffset At, int? Status, int Ms, string? Error);

/// <summary>What became of a delivery: kept for 30 days beside the webhook's secrets. It holds nothing of the record but which one it is.</summary>
/// <param name="Tries">How many attempts there were; the latest of them are in <paramref name="Attempts"/>.</param>
/// <param name="Detail">Why nothing more is tried.</param>
public sealed record Delivery(
    string WebhookId, DeliveryMessage Event, DeliveryState State, int Tries, IReadOnlyList<DeliveryAttempt> Attempts, DateTimeOffset? NextAttemptAt, string? Detail = null) : KeyDocument
{
    private const int MostAttempts = 20;
    private const int Kept = 30 * 24 * 60 * 60;

    public override string Scope => ScopeOf(WebhookId);

    public static string ScopeOf(string webhookId) => $"webhook-deliveries.{webhookId}";

    public static Delivery New(DeliveryMessage message) =>
        new(message.WebhookId, message, DeliveryState.Pending, 0, [], null) { Id = message.DeliveryId, TenantId = message.TenantId, Ttl = Kept };

    public Delivery Tried(DeliveryAttempt attempt) => this with { Tries = Tries + 1, Attempts = [.. Attempts.TakeLast(MostAttempts - 1), attempt], NextAttemptAt = null, Detail = null };

    /// <summary>Nothing more is tried.</summary>
    public Delivery Failed(string detail) => this with { State = DeliveryState.Failed, NextAttemptAt = null, Detail = detail };

    /// <summary>As the API shows it.</summary>
    [JsonIgnore]
    public DeliveryView View => new(Id, Event.EventId, Event.Type, Event.Entity, Event.RecordId, Event.Version, Event.OccurredAt, State, Tries, Attempts, NextAttemptAt, Detail);
}

/// <summary>A delivery, as the API shows it.</summary>
public sealed record DeliveryView(
    string Id, string EventId, string Type, string? Entity, string? RecordId, int? Version, DateTimeOffset OccurredAt, DeliveryState State, int Tries,
    IReadOnlyList<DeliveryAttempt> Attempts, DateTimeOffset? NextAttemptAt, string? Detail);
