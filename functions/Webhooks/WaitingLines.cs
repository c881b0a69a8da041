using Crm.Entities.Storage;
using Crm.Platform.Cosmos;

namespace Crm.Webhooks;

/// <summary>Whether it is an event's turn.</summary>
/// <param name="Mine">It may be sent now.</param>
/// <param name="HeldUntil">When to ask again: an attempt may be under way elsewhere. Null where an earlier event comes first, whose end brings this one back, and where this one is done with.</param>
public readonly record struct Turn(bool Mine, DateTimeOffset? HeldUntil = null);

/// <summary>
/// Keeps the lines. Each step is one conditional write, so that a crash between any two leaves a line whose first event has a message, or gets it when the
/// message or batch that was at work comes again.
/// </summary>
public sealed class WaitingLines(KeyDocuments documents, TimeProvider time)
{
    /// <summary>At most: a receiver that is dead for days must not make one record's line endless.</summary>
    public const int Most = 500;

    private const int Attempts = 50;

    /// <summary>Adds events of one record at their places; what is there already stays as it is.</summary>
    /// <returns>The message to send: null while another event is first. And the events for which there was no place.</returns>
    public async Task<(DeliveryMessage? First, IReadOnlyList<RecordEvent> Refused)> JoinAsync(
        string webhookId, RecordKey key, IReadOnlyList<RecordEvent> events, CancellationToken cancellation)
    {
        var joining = events.Select(WaitingEvent.Of).ToList();
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var found = await FindAsync(key.TenantId, webhookId, WaitingLine.IdOf(key.Collection, key.Id), cancellation);
            var present = found?.Line.Events ?? [];
            var line = (found?.Line ?? WaitingLine.New(webhookId, key)) with { Events = [.. present.UnionBy(joining, waiting => waiting.Place).Take(Most).OrderBy(waiting => waiting.Place)] };
            if (line.Events.Count > present.Count && !await (found is var (_, tag) ? documents.ReplaceAsync(line, tag, cancellation) : documents.CreateAsync(line, cancellation)))
                continue;

            var (first, places) = (line.Events[0].Place, line.Events.Select(waiting => waiting.Place).ToHashSet());
            return (joining.Exists(waiting => waiting.Place == first) ? line.First() : null, [.. events.Where(waiting => !places.Contains(WaitingEvent.Of(waiting).Place))]);
        }

        throw Busy(webhookId);
    }

    /// <summary>Asks for the turn of an attempt, and holds it so long. What has left its line meanwhile is done with, and has none.</summary>
    public async Task<Turn> TakeAsync(DeliveryMessage message, TimeSpan hold, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (message is { Alone: true } or { Event: null })
                return new Turn(Mine: true);
            if (await FindAsync(message.Event, message.WebhookId, cancellation) is not var (line, tag) || line.Events[0].Place != (message.Version, message.Index))
                return new Turn(Mine: false);

            var now = time.GetUtcNow();
            if (line.Held is { } held && held.Attempt >= message.Attempt && held.Until > now)
                return new Turn(Mine: false, held.Until);
            if (await documents.ReplaceAsync(line with { Held = new HeldAttempt(message.Attempt, now + hold) }, tag, cancellation))
                return new Turn(Mine: true);
        }

        throw Busy(message.WebhookId);
    }

    /// <summary>Takes an event that is done with out of its line. Done again it changes nothing, and answers the same.</summary>
    /// <returns>The message of the one that is first now; null where there is none.</returns>
    public async Task<DeliveryMessage?> LeaveAsync(DeliveryMessage message, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (message.Alone || message.Event is not { } sent || await FindAsync(sent, message.WebhookId, cancellation) is not var (line, tag))
                return null;

            var left = line.Events.Where(waiting => waiting.Place != (sent.Version, sent.Index)).ToList();
            var next = line with { Events = left, Held = null };
            if (left.Count == line.Events.Count || await (left.Count > 0 ? documents.ReplaceAsync(next, tag, cancellation) : documents.DeleteAsync(next, tag, cancellation)))
                return left.Count > 0 ? next.First() : null;
        }

        throw Busy(message.WebhookId);
    }

    private Task<(WaitingLine Line, string Tag)?> FindAsync(RecordEvent sent, string webhookId, CancellationToken cancellation) =>
        FindAsync(sent.TenantId, webhookId, WaitingLine.IdOf(sent.Entity, sent.RecordId), cancellation);

    private Task<(WaitingLine Line, string Tag)?> FindAsync(string tenantId, string webhookId, string id, CancellationToken cancellation) =>
        documents.FindAsync<WaitingLine>(tenantId, WaitingLine.ScopeOf(webhookId), id, cancellation);

    private static InvalidOperationException Busy(string webhookId) => new($"A line of the webhook {webhookId} is being changed over and over.");
}
