using Azure.Messaging.ServiceBus;
using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform.Messaging;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Webhooks;

/// <summary>
/// Brings a delivery one attempt further, and plans the next as a message of its own, so that days of retries hold no lock. At least once: the next attempt is
/// planned before this one is written down, and what is written down is not done again. In order: an event whose record has an earlier one waiting is
/// left to whoever is done with that.
/// </summary>
public sealed class DeliverWebhook(
    EntityCatalog catalog, RecordStore records, WebhookEvents events, Deliveries deliveries, WaitingLines lines, AttemptDelivery attempts, EndpointSlots slots,
    [FromKeyedServices(Queues.Webhooks)] ServiceBusSender queue, TimeProvider time)
{
    /// <summary>Some eight hours; then the message may go to the dead letters.</summary>
    private const int MostFaults = 1000;

    public async Task RunAsync(DeliveryMessage message, CancellationToken cancellation)
    {
        try
        {
            await HandleAsync(message, cancellation);
        }
        catch (CosmosException) when (message.Faults < MostFaults)
        {
            await AgainAsync(message, RetryPlan.Queued(message.Faults), cancellation);
        }
    }

    /// <summary>Ends a delivery that could not even be attempted.</summary>
    /// <param name="why">What the broker says of it.</param>
    public async Task GiveUpAsync(DeliveryMessage message, string why, CancellationToken cancellation)
    {
        var delivery = await deliveries.FindAsync(message.TenantId, message.WebhookId, message.DeliveryId, cancellation) ?? Delivery.New(message);
        if (delivery.State == DeliveryState.Pending && delivery.Tries >= message.Attempt)
            return;
        if (delivery.State == DeliveryState.Pending)
            await deliveries.SaveAsync(delivery.Failed($"given up: {why}"), cancellation);
        await LeaveAsync(message, cancellation);
    }

    private async Task HandleAsync(DeliveryMessage message, CancellationToken cancellation)
    {
        var type = catalog.Of<Webhook>();
        var (reading, finding) = (
            records.ReadLatestAsync(new RecordKey(message.TenantId, type.Collection, message.WebhookId), cancellation),
            deliveries.FindAsync(message.TenantId, message.WebhookId, message.DeliveryId, cancellation));
        await Task.WhenAll(reading, finding);
        if (await reading is not { IsTombstone: false } stored)
            return;

        var (webhook, known) = ((Webhook)type.Deserialize(stored.Data), await finding);
        var delivery = known ?? Delivery.New(message);
        if (delivery.State != DeliveryState.Pending)
            await LeaveAsync(message, cancellation);
        else if (delivery.Tries >= message.Attempt)
            return;
        else if (webhook.Status != WebhookStatus.Active)
            await EndAsync(message, delivery.Failed("the webhook is not active; replay it once it is"), cancellation);
        else if (await slots.TakeAsync(webhook.Id, cancellation) is not { } slot)
            await PlanAsync(message with { Queued = message.Queued + 1 }, RetryPlan.Queued(message.Queued), cancellation);
        else
            await SendAsync(message, webhook, delivery, known is not null, slot, cancellation);
    }

    private async Task SendAsync(DeliveryMessage message, Webhook webhook, Delivery delivery, bool known, IDisposable slot, CancellationToken cancellation)
    {
        using var taken = slot;
        var reading = await events.ReadAsync(webhook, message, cancellation);
        switch (reading.State)
        {
            case EventState.NotYet when message.Faults < MostFaults:
                await AgainAsync(message, RetryPlan.Queued(message.Faults), cancellation);
                return;
            case EventState.NotYet:
                await EndAsync(message, delivery.Failed("the change could not be read"), cancellation);
                return;
            case EventState.BadFilter:
                await EndAsync(message, delivery.Failed("the webhook's filter names what its owner may not read, or what the record does not have"), cancellation);
                return;
            case EventState.Unreadable or EventState.Unwanted:
                // Of what the owner may not read, not even that it happened is kept; a delivery that there is already comes to its end.
                await EndAsync(message, known ? delivery.Failed(reading.State == EventState.Unwanted ? "the webhook leaves it out" : "the webhook's owner may not read the record") : null, cancellation);
                return;
        }

        var turn = await lines.TakeAsync(message, attempts.Longest, cancellation);
        if (turn.HeldUntil is { } until)
            await AgainAsync(message, until - time.GetUtcNow(), cancellation);
        if (!turn.Mine)
            return;

        var (outcome, wait) = await attempts.RunAsync(webhook, message, reading.Body!, delivery, cancellation);
        if (wait is null)
            await EndAsync(message, outcome, cancellation);
        else
            await deliveries.SaveAsync(outcome with { NextAttemptAt = await PlanAsync(message with { Attempt = message.Attempt + 1, Step = message.Step + 1, Queued = 0, Faults = 0 }, wait.Value, cancellation) }, cancellation);
    }

    /// <summary>Nothing more is to be done: the next event of the record has its turn.</summary>
    private async Task EndAsync(DeliveryMessage message, Delivery? ended, CancellationToken cancellation)
    {
        if (ended is not null)
            await deliveries.SaveAsync(ended, cancellation);
        await LeaveAsync(message, cancellation);
    }

    private async Task LeaveAsync(DeliveryMessage message, CancellationToken cancellation)
    {
        if (await lines.LeaveAsync(message, cancellation) is { } next)
            await queue.SendMessageAsync(next.ToMessage(), cancellation);
    }

    /// <summary>The same attempt later: something on this side was in the way.</summary>
    /// <exception cref="InvalidOperationException">It has been so often that the message is for the dead letters.</exception>
    private async Task AgainAsync(DeliveryMessage message, TimeSpan wait, CancellationToken cancellation)
    {
        if (message.Faults >= MostFaults)
            throw new InvalidOperationException($"The delivery {message.DeliveryId} could not be attempted.");
        await PlanAsync(message with { Faults = message.Faults + 1 }, wait, cancellation);
    }

    private async Task<DateTimeOffset> PlanAsync(DeliveryMessage message, TimeSpan wait, CancellationToken cancellation)
    {
        var due = time.GetUtcNow() + wait;
        await queue.ScheduleMessageAsync(message.ToMessage(), due, cancellation);
        return due;
    }
}
