using System.Text.Json;
using Crm.Entities.Changes;
using Crm.Platform.ChangeFeed;
using Crm.Platform.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Customers;

/// <summary>What customers do when other records change.</summary>
public sealed class CustomerFunctions(RefreshCustomers customers, CountForCustomers counts)
{
    [Function(nameof(RefreshCustomers))]
    [ExponentialBackoffRetry(Feed.ForEver, Feed.RetryFrom, Feed.RetryUpTo)]
    public async Task Refresh(
        [CosmosDBTrigger(Feed.Database, ContainerDeclarations.Records, Connection = Feed.Connection, LeaseContainerName = ContainerDeclarations.Leases,
            LeaseContainerPrefix = nameof(RefreshCustomers), FeedPollDelay = Feed.PollDelay, LeaseRenewInterval = Feed.LeaseRenew,
            LeaseAcquireInterval = Feed.LeaseAcquire, LeaseExpirationInterval = Feed.LeaseExpiration, StartFromBeginning = true)]
        IReadOnlyList<JsonElement> documents, CancellationToken cancellation)
    {
        var changes = FeedChanges.In(documents);
        await counts.RunAsync(changes, cancellation);
        await customers.RunAsync(changes, cancellation);
    }
}
