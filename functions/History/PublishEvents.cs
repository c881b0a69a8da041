using System.Diagnostics.Metrics;
using Azure.Messaging.ServiceBus;
using Crm.Entities.Changes;
using Crm.Platform.ChangeFeed;
using Crm.Platform.Messaging;
using Crm.Platform.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.History;

/// <summary>
/// Sends what changes announce to the queues that want it, in the order of the feed: at least once, under an id that tells a second delivery. An event
/// that no slice has a route for is not sent.
/// </summary>
public sealed class PublishEvents(IEnumerable<EventRoute> routes, IServiceProvider services, FeedLag lag, TimeProvider time)
{
    private static readonly Counter<long> Published = CrmTelemetry.Meter.CreateCounter<long>("crm.events.published", description: "Events sent to queues.");

    private readonly ILookup<string, string> _queues = routes.ToLookup(route => route.EventType, route => route.Queue, StringComparer.Ordinal);

    /// <exception cref="ServiceBusException">The queues failed: the batch has to come again.</exception>
    public async Task RunAsync(IReadOnlyList<FeedChange> changes, CancellationToken cancellation)
    {
        if (changes.Count == 0)
            return;

        var events = from change in changes
                     from announced in change.Events.Index()
                     from queue in _queues[announced.Item]
                     select (Queue: queue, Message: EventMessage.Of(change.Change, announced.Index).ToMessage(change.Change.TraceParent));
        await Task.WhenAll(events.GroupBy(sent => sent.Queue, sent => sent.Message).Select(queue => SendAsync(queue.Key, queue, cancellation)));
        lag.Done(nameof(PublishEvents), changes.Max(change => change.OccurredAt), time.GetUtcNow());
    }

    private async Task SendAsync(string queue, IEnumerable<ServiceBusMessage> messages, CancellationToken cancellation) =>
        Published.Add(
            await services.GetRequiredKeyedService<ServiceBusSender>(queue).SendAllAsync(messages, cancellation),
            new KeyValuePair<string, object?>("queue", queue));
}
