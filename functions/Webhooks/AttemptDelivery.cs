using System.Diagnostics.Metrics;
using Crm.Entities.Types;
using Crm.Platform.Telemetry;
using Microsoft.Extensions.Options;

namespace Crm.Webhooks;

/// <summary>Posts an event to its endpoint, and says what follows from the answer.</summary>
public sealed class AttemptDelivery(WebhookSecrets secrets, DisableWebhook disable, EndpointClient client, IOptions<WebhookSettings> settings, TimeProvider time)
{
    private static readonly Counter<long> Attempts = CrmTelemetry.Meter.CreateCounter<long>("crm.webhooks.attempts", description: "Attempts to deliver an event, by how they ended.");
    private static readonly Histogram<double> Lag = CrmTelemetry.Meter.CreateHistogram<double>("crm.webhooks.lag", "s", "From a change to the first attempt to deliver its event.");

    /// <summary>How far the clocks of two instances may differ, and what goes before a post.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    /// <summary>When an attempt has certainly ended.</summary>
    public TimeSpan Longest => settings.Value.Timeout + Margin;

    /// <returns>The delivery after the attempt, and how long to wait for the next; null where this was the last.</returns>
    public async Task<(Delivery Delivery, TimeSpan? Wait)> RunAsync(Webhook webhook, DeliveryMessage message, byte[] body, Delivery delivery, CancellationToken cancellation)
    {
        if (webhook.SecretId is not { } secretId || await secrets.FindAsync(message.TenantId, secretId, cancellation) is not { } secret)
            return (delivery.Failed("the webhook's secret is lost"), null);

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
            return (tried with { State = DeliveryState.Succeeded }, null);
        }

        if (outcome.Gone || time.GetUtcNow() - await secrets.FailedAsync(message.TenantId, secretId, cancellation) >= RetryPlan.Patience)
        {
            await disable.RunAsync(message.TenantId, webhook, outcome.Gone ? WebhookDisabledReason.Gone : WebhookDisabledReason.Failing, message.TraceParent, cancellation);
            return (tried.Failed("the webhook was disabled"), null);
        }

        return RetryPlan.Wait(message.Step, outcome.RetryAfter) is { } wait ? (tried, wait) : (tried.Failed("every attempt of the plan failed"), null);
    }
}
