using Azure.Messaging.ServiceBus;
using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Crm.Platform.Messaging;
using Crm.Platform.Paging;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Crm.Webhooks.Inbound;

/// <summary>The secret that senders sign with, where they have made it themselves.</summary>
public sealed record SecretBody
{
    /// <summary>Null for one that is made here.</summary>
    public string? Secret { get; init; }
}

/// <summary>How many events were taken up again.</summary>
/// <param name="More">There are more: ask again.</param>
public sealed record Replayed(int Count, bool More);

/// <summary>What users do with an inbound webhook and its events beside writing it.</summary>
public sealed class InboundActions(
    EntityService entities, EntityCatalog catalog, WebhookSecrets secrets, InboundEvents events, Cursors cursors,
    [FromKeyedServices(Queues.InboundWebhooks)] ServiceBusSender queue, IOptions<RequestLimits> limits, CallContext call, TimeProvider time)
{
    public const string Collection = "inbound-webhooks";

    /// <summary>How many events one request takes up again.</summary>
    private const int MostReplays = 200;

    private static readonly NotFound NoEvent = new("There is no such event. Events are kept for 30 days.");

    private string TenantId => call.Caller.TenantId;

    /// <summary>The events of a webhook, newest first.</summary>
    public Task<Result<InboundEventPage>> ListAsync(string id, HttpRequest request, CancellationToken cancellation) => FindAsync(id, Right.Read, cancellation).ThenAsync<InboundWebhook, InboundEventPage>(async _ =>
    {
        var query = new QueryParameters(request, "state", "maxpagesize", "cursor");
        var (state, size, cursor) = (query.OneOf<InboundState>("state"), query.PageSize(), query.Text("cursor"));
        if (query.Error is { } error)
            return error;

        string?[] list = ["inbound-events", id, state?.ToString()];
        Result<Cursor> from = default;
        if (cursor is not null && (from = cursors.Read(cursor, call.Caller, list)).Failed)
            return from.Error;

        // One more than asked for says whether there is a next page.
        var found = await events.PageAsync(TenantId, id, state, from.Value?.Continuation, size + 1, cancellation);
        var next = found.Count <= size ? null : NextLinks.From(request.Url(), request.Query, cursors.Write(new Cursor(found[size - 1].Position, null), call.Caller, list));
        return new InboundEventPage([.. found.Take(size).Select(received => received.View)], next);
    });

    /// <summary>An event with its body. The body may hold what only those who say what becomes of it should see.</summary>
    public Task<Result<InboundEventView>> ReadAsync(string id, string eventId, CancellationToken cancellation) => FindAsync(id, Right.Update, cancellation).ThenAsync<InboundWebhook, InboundEventView>(async _ =>
    {
        if (await events.FindAsync(TenantId, id, eventId, cancellation) is not var (received, _))
            return NoEvent;

        var body = EventBody.Read(received.Body, received.IsForm, limits.Value);
        return received.View with { Body = body.Failed ? null : body.Value };
    });

    /// <summary>Takes up an event again that was not written to a record.</summary>
    public Task<Result<InboundEventView>> ReplayAsync(string id, string eventId, CancellationToken cancellation) => FindAsync(id, Right.Update, cancellation).ThenAsync<InboundWebhook, InboundEventView>(async webhook =>
    {
        if (webhook.Status == InboundWebhookStatus.Paused)
            return new WrongState("The webhook is paused. Set its status to active first.");

        return await AgainAsync(id, eventId, cancellation) switch
        {
            null => NoEvent,
            { State: InboundState.Processed } => new WrongState("The event has been written to its record."),
            { } again => again.View,
        };
    });

    /// <summary>Takes up again the events of a webhook that failed, the newest first.</summary>
    public Task<Result<Replayed>> ReplayAllAsync(string id, CancellationToken cancellation) => FindAsync(id, Right.Update, cancellation).ThenAsync<InboundWebhook, Replayed>(async webhook =>
    {
        if (webhook.Status == InboundWebhookStatus.Paused)
            return new WrongState("The webhook is paused. Set its status to active first.");

        var failed = await events.PageAsync(TenantId, id, InboundState.Failed, before: null, MostReplays + 1, cancellation);
        foreach (var received in failed.Take(MostReplays))
            await AgainAsync(id, received.Id, cancellation);
        return new Replayed(Math.Min(failed.Count, MostReplays), failed.Count > MostReplays);
    });

    /// <summary>Gives a webhook a new secret; the one before is good for another day. The change is written first, so that who may not make it has changed nothing.</summary>
    public async Task<Result<RecordReply>> RotateAsync(string id, SecretBody body, WriteOptions options, CancellationToken cancellation)
    {
        if (body.Secret is { } given && await FindAsync(id, Right.Update, cancellation) is { Failed: false } found && SignatureCheck.WhyNot(found.Value.Signature, given) is { } reason)
            return new Invalid([new FieldError("#/secret", "format", reason)]);

        var rotated = await entities.ActAsync<InboundWebhook>(id, InboundWebhook.Rotate, options, webhook => webhook with { SecretRotatedAt = time.GetUtcNow() }, cancellation);
        return rotated.Failed
            ? rotated
            : rotated.Value with { ShownOnce = ("secret", await secrets.RotateAsync(TenantId, rotated.Value.Data.GetProperty("secretId").GetString()!, cancellation, body.Secret)) };
    }

    /// <summary>The event as it is now; null where there is none. It is marked before it is queued: cut short in between, it can be taken up once more.</summary>
    private async Task<InboundEvent?> AgainAsync(string id, string eventId, CancellationToken cancellation)
    {
        if (await events.FindAsync(TenantId, id, eventId, cancellation) is not var (received, tag))
            return null;
        if (received.State == InboundState.Processed)
            return received;

        var again = received.Again();
        if (!await events.ReplaceAsync(again, tag, cancellation))
            return (await events.FindAsync(TenantId, id, eventId, cancellation))?.Document;

        await queue.SendMessageAsync(InboundMessage.Of(again, call.TraceParent).ToMessage(), cancellation);
        return again;
    }

    private async Task<Result<InboundWebhook>> FindAsync(string id, Right right, CancellationToken cancellation)
    {
        var read = await entities.ReadAsync(Collection, id, session: null, cancellation);
        if (read.Failed)
            return read.Error;
        if (!call.Caller.Permissions.Allows(right, Collection, read.Value.Data))
            return Forbidden.Lacking(right, $"this record of {Collection}");

        return (InboundWebhook)catalog.Of<InboundWebhook>().Deserialize(read.Value.Data);
    }
}
