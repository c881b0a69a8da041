using System.Diagnostics.Metrics;
using Azure.Messaging.ServiceBus;
using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform.Messaging;
using Crm.Platform.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Webhooks;

/// <summary>
/// Makes one attempt at a delivery, and plans the next as a message of its own, so that days of retries hold no lock. At least once: the next attempt is
/// planned before this one is written down, and what is written down is not done again.
/// </summary>
public sealed class DeliverWebhook(
    EntityCatalog catalog, RecordStore records, WebhookSecrets secrets, WebhookEvents events, Deliveries deliveries, DisableWebhook disable, EndpointClient client,
    EndpointSlots slots, [FromKeyedServices(Queues.Webhooks)] ServiceBusSender queue, TimeProvider time)
{
    private static readonly Counter<long> Attempts = CrmTelemetry.Meter.CreateCounter<long>("crm.webhooks.attempts", description: "Attempts to deliver an event, by how they ended.");
    private static readonly Histogram<double> Lag = CrmTelemetry.Meter.CreateHistogram<double>("crm.webhooks.lag", "s", "From a change to the first attempt to deliver its event.");

    /// <exception cref="InvalidOperationException">Something it needs cannot be read or written yet: the message has to come again.</exception>
    public async Task RunAsync(DeliveryMessage message, CancellationToken cancellation)
    {
        var type = catalog.Of<Webhook>();
        if (await records.ReadLatestAsync(new RecordKey(message.TenantId, type.Collection, message.WebhookId), cancellation) is not { IsTombstone: false } stored)
            return;

        var webhook = (Webhook)type.Deserialize(stored.Data);
        var delivery = await deliveries.FindAsync(message.TenantId, message.WebhookId, message.DeliveryId, cancellation) ?? Delivery.New(message);
        if (delivery.State != DeliveryState.Pending || delivery.Tries >= message.Attempt)
            return;
        if (webhook.Status != WebhookStatus.Active)
        {
            await deliveries.SaveAsync(delivery with { State = DeliveryState.Failed, NextAttemptAt = null, Detail = "the webhook is not active; replay it once it is" }, cancellation);
            return;
        }

        using var slot = await slots.TakeAsync(webhook.Id, cancellation);
        if (slot is null)
            await PlanAsync(message with { Queued = message.Queued + 1 }, RetryPlan.Queued(message.Queued), cancellation);
        else
            await AttemptAsync(message, webhook, delivery, cancellation);
    }

    private async Task AttemptAsync(DeliveryMessage message, Webhook webhook, Delivery delivery, CancellationToken cancellation)
    {
        if (await events.BodyAsync(webhook, message, cancellation) is not { } body)
        {
            // Of what the owner may not read, not even that it happened is kept; a delivery that there is already comes to its end.
            if (delivery.NextAttemptAt is not null)
                await deliveries.SaveAsync(delivery with { State = DeliveryState.Failed, NextAttemptAt = null, Detail = "the webhook's owner may not read the record" }, cancellation);
            return;
        }

        var secretId = webhook.SecretId ?? throw new InvalidOperationException($"The webhook {webhook.Id} has no secret.");
        var secret = await secrets.FindAsync(message.TenantId, secretId, cancellation) ?? throw new InvalidOperationException($"The secret of the webhook {webhook.Id} is lost.");
        var (at, started) = (time.GetUtcNow(), time.GetTimestamp());
        if (message.Attempt == 1)
            Lag.Record((at - message.OccurredAt).TotalSeconds);
        var outcome = await client.PostAsync(new Uri(webhook.Url), message.EventId, body, secret.Live(at), cancellation);
        var tried = delivery.Tried(new DeliveryAttempt(at, outcome.Status, (int)time.GetElapsedTime(started).TotalMilliseconds, outcome.Error));
        Attempts.Add(1, new KeyValuePair<string, object?>("outcome", outcome.Succeeded ? "succeeded" : "failed"));

        if (outcome.Succeeded)
        {
            if (secret.FailingSince is not null)
                await secrets.WorksAsync(message.TenantId, secretId, cancellation);
            await deliveries.SaveAsync(tried with { State = DeliveryState.Succeeded }, cancellation);
            return;
        }

        var failing = outcome.Gone || time.GetUtcNow() - await secrets.FailedAsync(message.TenantId, secretId, cancellation) >= RetryPlan.Patience;
        if (failing)
        {
            await disable.RunAsync(message.TenantId, webhook, outcome.Gone ? WebhookDisabledReason.Gone : WebhookDisabledReason.Failing, message.TraceParent, cancellation);
            await deliveries.SaveAsync(tried with { State = DeliveryState.Failed, Detail = "the webhook was disabled" }, cancellation);
        }
        else if (RetryPlan.Wait(message.Step, outcome.RetryAfter) is { } wait)
        {
            var next = await PlanAsync(message with { Attempt = message.Attempt + 1, Step = message.Step + 1, Queued = 0 }, wait, cancellation);
            await deliveries.SaveAsync(tried with { NextAttemptAt = next }, cancellation);
        }
        else
        {
            await deliveries.SaveAsync(tried with { State = DeliveryState.Failed, Detail = "every attempt of the plan failed" }, cancellation);
        }
    }

    private async Task<DateTimeOffset> PlanAsync(DeliveryMessage message, TimeSpan wait, CancellationToken cancellation)
    {
        var due = time.GetUtcNow() + wait;
        await queue.ScheduleMessageAsync(message.ToMessage(), due, cancellation);
        return due;
    }
}
