using System.Text.Json.Serialization;
using Crm.Entities.Storage;
using Crm.Platform;
using Crm.Platform.Cosmos;

namespace Crm.Webhooks;

/// <summary>An event in a line, as short as can be: a line is written with each of its events.</summary>
public sealed record WaitingEvent(int Version, int Index, string Type, DateTimeOffset OccurredAt, string? TraceParent)
{
    [JsonIgnore]
    public (int, int) Place => (Version, Index);

    public static WaitingEvent Of(RecordEvent waiting) => new(waiting.Version, waiting.Index, waiting.Type, waiting.OccurredAt, waiting.TraceParent);
}

/// <summary>
/// The events of one record that one webhook is yet to be sent, in the order of versions. The first is being delivered, for days if need be, and has a message on
/// the queue; the others have none: whoever is done with the first sends the message of the next. A line without events is not there.
/// </summary>
/// <param name="Held">The attempt at the first that is under way; another instance leaves it alone until then.</param>
public sealed record WaitingLine(string WebhookId, string Entity, string RecordId, IReadOnlyList<WaitingEvent> Events, HeldAttempt? Held = null) : KeyDocument
{
    /// <summary>Longer than anything in it can wait.</summary>
    private const int Kept = 60 * 24 * 60 * 60;

    public override string Scope => ScopeOf(WebhookId);

    public static string ScopeOf(string webhookId) => $"webhook-lines.{webhookId}";

    public static string IdOf(string entity, string recordId) => Ids.From(entity, recordId);

    public static WaitingLine New(string webhookId, RecordKey key) =>
        new(webhookId, key.Collection, key.Id, []) { Id = IdOf(key.Collection, key.Id), TenantId = key.TenantId, Ttl = Kept };

    /// <summary>The message that makes the first attempt at the first.</summary>
    public DeliveryMessage First()
    {
        var first = Events[0];
        return DeliveryMessage.Of(WebhookId, new RecordEvent(
            RecordEvent.IdOf(TenantId, Entity, RecordId, first.Version, first.Index), TenantId, first.Type, Entity, RecordId, first.Version, first.Index, first.OccurredAt, first.TraceParent));
    }
}

/// <param name="Attempt">A later one follows from its end.</param>
/// <param name="Until">When it has certainly ended.</param>
public sealed record HeldAttempt(int Attempt, DateTimeOffset Until);
