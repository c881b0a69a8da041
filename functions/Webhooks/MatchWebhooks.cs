using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;
using Crm.Entities.Changes;
using Crm.Platform.ChangeFeed;
using Crm.Platform.Messaging;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Webhooks;

/// <summary>
/// Finds who wants to know of a change, and puts the event into the line of its record at each such webhook; the first of a line is sent at once. What comes
/// twice is in its line already, or has left it delivered. A webhook is told of nothing that is older than itself.
/// </summary>
public sealed class MatchWebhooks(
    WebhookDirectory directory, WaitingLines lines, Deliveries deliveries, [FromKeyedServices(Queues.Webhooks)] ServiceBusSender sender, FeedLag lag, TimeProvider time)
{
    private const int LinesAtOnce = 16;

    /// <exception cref="ServiceBusException">The queue failed: the batch has to come again.</exception>
    public async Task RunAsync(IReadOnlyList<FeedChange> changes, CancellationToken cancellation)
    {
        if (changes.Count == 0)
            return;

        var wanted = new List<(string WebhookId, RecordEvent Event)>();
        foreach (var tenant in changes.GroupBy(change => change.Key.TenantId))
        {
            var webhooks = await directory.ActiveAsync(tenant.Key, tenant.Max(change => change.OccurredAt), cancellation);
            wanted.AddRange(
                from webhook in webhooks
                from change in tenant.Select(change => change.Change)
                from index in Enumerable.Range(0, change.Events.Count)
                where webhook.Wants(change, change.Events[index])
                select (webhook.Id, RecordEvent.Of(change, index)));
        }

        var messages = new ConcurrentBag<ServiceBusMessage>();
        await Parallel.ForEachAsync(
            wanted.GroupBy(sent => (sent.WebhookId, sent.Event.Key), sent => sent.Event),
            new ParallelOptions { MaxDegreeOfParallelism = LinesAtOnce, CancellationToken = cancellation },
            async (line, stop) =>
            {
                var (first, refused) = await lines.JoinAsync(line.Key.WebhookId, line.Key.Key, [.. line], stop);
                foreach (var late in refused)
                    await deliveries.RefuseAsync(DeliveryMessage.Of(line.Key.WebhookId, late), $"{WaitingLines.Most} earlier events of the record are waiting", stop);
                if (first is not null)
                    messages.Add(first.ToMessage());
            });

        await sender.SendAllAsync(messages, cancellation);
        lag.Done(nameof(MatchWebhooks), changes.Max(change => change.OccurredAt), time.GetUtcNow());
    }
}
