using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Campaigns.Sending;
using Crm.Entities;
using Crm.Entities.Types;
using Crm.Entities.Writing;
using Crm.Platform;
using Crm.Platform.Json;

namespace Crm.Webhooks.Inbound;

/// <summary>
/// Writes an event to its record as a request would be written that had the event's id as Idempotency-Key: so what is done again finds what it did before.
/// Scoped: the caller is the webhook, with the rights of its owner.
/// </summary>
internal sealed class EventWriter(EntityCatalog catalog, EntityService entities, EventMapper mapper, RecordLookups lookups, MailEvents mails)
{
    private static readonly IfMatch Any = new(true, []);

    /// <returns>What it was written to.</returns>
    public async Task<Result<RecordLink>> WriteAsync(InboundWebhook webhook, InboundEvent received, JsonElement body, CancellationToken cancellation)
    {
        if (MappingTarget.Find(catalog, webhook.Target) is not { } target)
            return NotFound.Collection(webhook.Target);

        var mapped = await mapper.MapAsync(webhook, target.Fields, body, cancellation);
        if (mapped.Failed)
            return mapped.Error;
        if (target.Type is null)
            return await WriteMailAsync(Element(mapped.Value), received.ReceivedAt, cancellation);

        var options = new WriteOptions(Any, new IdempotencyKey($"POST {webhook.Path}", received.Id, received.Id));
        var written = webhook.Match is { } match
            ? await WriteMatchAsync(webhook, match, mapped.Value, body, options, cancellation)
            : await entities.CreateAsync(webhook.Target, Element(mapped.Value), options, cancellation);
        return written.Failed ? written.Error : new RecordLink { Type = webhook.Target, Id = written.Value.Id };
    }

    private async Task<Result<RecordLink>> WriteMailAsync(JsonElement fields, DateTimeOffset receivedAt, CancellationToken cancellation)
    {
        var told = ActionBody.Read<MailEvent>(fields);
        if (told.Failed)
            return told.Error;

        var recipient = await mails.WriteAsync(told.Value, receivedAt, cancellation);
        return recipient.Failed ? recipient.Error : new RecordLink { Type = MappingTarget.Recipients, Id = recipient.Value.Id };
    }

    private async Task<Result<RecordReply>> WriteMatchAsync(InboundWebhook webhook, InboundMatch match, JsonObject fields, JsonElement body, WriteOptions options, CancellationToken cancellation)
    {
        if (Texts.Of(JsonPointer.Parse(match.From).Find(body)) is not { } value || string.IsNullOrWhiteSpace(value))
            return new Invalid([new FieldError("#/match/from", "required", "leads to no text in this event")]);

        var found = await lookups.FindAsync(webhook.Target, match.By, match.Source, value, cancellation);
        if (found.Count > 1)
            return new Invalid([new FieldError("#/match", "ambiguous", $"more than one record of {webhook.Target} has this {match.By}")]);
        if (found.Count == 1)
            return await entities.PatchAsync(webhook.Target, found[0], Element(fields), options, cancellation);
        if (webhook.Mode == InboundMode.Update)
            return new Invalid([new FieldError("#/match", "no-such-record", $"no record of {webhook.Target} has this {match.By}")]);

        if (match.By == RecordLookups.ExternalIds)
            fields.TryAdd(match.By, new JsonArray(RecordLookups.ExternalId(match.Source, value)));
        else if (MappingTarget.IsUnique(catalog.Get(webhook.Target), match.By))
            fields.TryAdd(match.By, value);

        // What was not found a moment ago may be there now: another event of the same record.
        var created = await entities.CreateAsync(webhook.Target, Element(fields), options, cancellation);
        return created.Error is Duplicate met ? new Conflict(met.Detail) : created;
    }

    private static JsonElement Element(JsonObject fields) => JsonSerializer.SerializeToElement(fields, CrmJson.Options);
}
