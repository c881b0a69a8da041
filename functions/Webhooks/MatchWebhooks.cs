using Azure.Messaging.ServiceBus;
using Crm.Entities.Changes;
using Crm.Entities.Types;
using Crm.Platform.ChangeFeed;
using Crm.Platform.Messaging;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Webhooks;

/// <summary>
/// Finds who wants to know of a change: one message for each event and webhook, in the order of the feed. What comes twice is sent twice, under the
/// same delivery. A webhook is told of nothing that is older than itself.
/// </summary>
public sealed class MatchWebhooks(WebhookDirectory directory, [FromKeyedServices(Queues.Webhooks)] ServiceBusSender sender, FeedLag lag, TimeProvider time)
{
    /// <exception cref="ServiceBusException">The queue failed: the batch has to come again.</exception>
    public async Task RunAsync(IReadOnlyList<FeedChange> changes, CancellationToken cancellation)
    {
        if (changes.Count == 0)
            return;

        var messages = new List<ServiceBusMessage>();
        foreach (var tenant in changes.Select(change => change.Change).GroupBy(change => change.TenantId))
        {
            var webhooks = await directory.ActiveAsync(tenant.Key, tenant.Max(change => change.OccurredAt), cancellation);
            messages.AddRange(
                from change in tenant
                from index in Enumerable.Range(0, change.Events.Count)
                from webhook in webhooks
                where Wants(webhook, change, change.Events[index])
                select DeliveryMessage.Of(webhook, change, index).ToMessage());
        }

        await sender.SendAllAsync(messages, cancellation);
        lag.Done(nameof(MatchWebhooks), changes.Max(change => change.Change.OccurredAt), time.GetUtcNow());
    }

    private static bool Wants(Webhook webhook, Change change, string type) =>
        webhook.Wants(type) && change.OccurredAt > webhook.CreatedAt && !(webhook.SkipOwn && change.Actor.Id == webhook.OwnerId);
}
