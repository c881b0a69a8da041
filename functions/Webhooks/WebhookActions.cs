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

namespace Crm.Webhooks;

/// <summary>What users do with a webhook beside writing it.</summary>
public sealed class WebhookActions(
    EntityService entities, EntityCatalog catalog, WebhookSecrets secrets, Deliveries deliveries, Cursors cursors, [FromKeyedServices(Queues.Webhooks)] ServiceBusSender queue,
    CallContext call, TimeProvider time)
{
    public const string Collection = "webhooks";

    private static readonly Conflict Inactive = new("The webhook is not active. Set its status to active first.");

    private string TenantId => call.Caller.TenantId;

    /// <summary>Sends an event that says nothing, like any other.</summary>
    public Task<Result<Delivery>> PingAsync(string id, CancellationToken cancellation) => FindAsync(id, Right.Update, cancellation).ThenAsync(webhook =>
        SendAsync(webhook, DeliveryMessage.OfPing(TenantId, id, time.GetUtcNow(), call.TraceParent), null, cancellation));

    /// <summary>Sends a delivery again, from the start of its plan, whatever else of its record is waiting; one that is under way is tried now.</summary>
    public async Task<Result<Delivery>> ReplayAsync(string deliveryId, CancellationToken cancellation)
    {
        if (DeliveryMessage.WebhookOf(deliveryId) is not { } id)
            return new NotFound();

        return await FindAsync(id, Right.Update, cancellation).ThenAsync<Webhook, Delivery>(async webhook =>
        {
            if (await deliveries.FindAsync(TenantId, id, deliveryId, cancellation) is not { } delivery)
                return new NotFound();

            var alone = delivery.Event with { Alone = delivery.Event.Alone || delivery.State != DeliveryState.Pending };
            return await SendAsync(webhook, alone with { Attempt = delivery.Tries + 1, Step = 0, Queued = 0, Faults = 0, TraceParent = call.TraceParent }, delivery with { Event = alone }, cancellation);
        });
    }

    /// <summary>What became of the events of a webhook, newest first.</summary>
    public Task<Result<DeliveryPage>> ListAsync(string id, HttpRequest request, CancellationToken cancellation) => FindAsync(id, Right.Read, cancellation).ThenAsync<Webhook, DeliveryPage>(async _ =>
    {
        var query = new QueryParameters(request, "maxpagesize", "cursor");
        var (size, cursor) = (query.PageSize(), query.Text("cursor"));
        if (query.Error is { } error)
            return error;

        string[] list = ["deliveries", id];
        Result<Cursor> from = default;
        if (cursor is not null && (from = cursors.Read(cursor, call.Caller, list)).Failed)
            return from.Error;

        // One more than asked for says whether there is a next page.
        var found = await deliveries.PageAsync(TenantId, id, from.Value?.Continuation, size + 1, cancellation);
        var next = found.Count <= size ? null : NextLinks.From(request.Url(), request.Query, cursors.Write(new Cursor(found[size - 1].Id, null), call.Caller, list));
        return new DeliveryPage([.. found.Take(size).Select(delivery => delivery.View)], next);
    });

    /// <summary>Gives a webhook a new secret: it is in the answer alone. The change is written first, so that who may not make it has changed nothing.</summary>
    public async Task<Result<RecordReply>> RotateAsync(string id, WriteOptions options, CancellationToken cancellation)
    {
        var rotated = await entities.ActAsync<Webhook>(id, Webhook.Rotate, options, webhook => webhook with { SecretRotatedAt = time.GetUtcNow() }, cancellation);
        return rotated.Failed
            ? rotated
            : rotated.Value with { ShownOnce = ("secret", await secrets.RotateAsync(TenantId, rotated.Value.Data.GetProperty("secretId").GetString()!, cancellation)) };
    }

    private async Task<Result<Delivery>> SendAsync(Webhook webhook, DeliveryMessage message, Delivery? known, CancellationToken cancellation)
    {
        if (webhook.Status != WebhookStatus.Active)
            return Inactive;

        var delivery = (known ?? Delivery.New(message)) with { State = DeliveryState.Pending, NextAttemptAt = time.GetUtcNow(), Detail = null };
        await deliveries.SaveAsync(delivery, cancellation);
        await queue.SendMessageAsync(message.ToMessage(), cancellation);
        return delivery;
    }

    private async Task<Result<Webhook>> FindAsync(string id, Right right, CancellationToken cancellation)
    {
        var read = await entities.ReadAsync(Collection, id, session: null, cancellation);
        if (read.Failed)
            return read.Error;
        if (!call.Caller.Permissions.Allows(right, Collection, read.Value.Data))
            return Forbidden.Lacking(right, "this record of webhooks");

        return (Webhook)catalog.Of<Webhook>().Deserialize(read.Value.Data);
    }
}
