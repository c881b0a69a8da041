using Crm.Entities;
using Crm.Entities.Changes;
using Crm.Platform.ChangeFeed;

namespace Crm.Webhooks.EventFeed;

/// <summary>Writes the events of changes into their tenants' logs, those of one record in the order of versions.</summary>
public sealed class LogEvents(EventLog log, EntityCatalog catalog, FeedLag lag, TimeProvider time)
{
    /// <exception cref="Microsoft.Azure.Cosmos.CosmosException">The database failed: the batch has to come again.</exception>
    public async Task RunAsync(IReadOnlyList<FeedChange> changes, CancellationToken cancellation)
    {
        if (changes.Count == 0)
            return;

        var tenants = from change in changes
                      where catalog.Exposed(change.Key.Collection) is not null
                      from index in Enumerable.Range(0, change.Change.Events.Count)
                      group LoggedEvent.Of(change.Change, index) by change.Key.TenantId;
        await Task.WhenAll(tenants.Select(tenant => log.AppendAsync(tenant.Key, [.. tenant], cancellation)));
        lag.Done(nameof(LogEvents), changes.Max(change => change.OccurredAt), time.GetUtcNow());
    }
}
