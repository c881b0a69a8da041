using System.Text.Json;
using Crm.Entities.Changes;
using Crm.Platform.ChangeFeed;
using Crm.Platform.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Crm.History;

/// <summary>What follows from every change: each has its own place in the feed, so that none waits for another.</summary>
public sealed class ChangeFeedFunctions(WriteHistory history, PublishEvents events, RepairReferences references)
{
    [Function(nameof(WriteHistory))]
    [ExponentialBackoffRetry(Feed.ForEver, Feed.RetryFrom, Feed.RetryUpTo)]
    public Task Write(
        [CosmosDBTrigger(Feed.Database, ContainerDeclarations.Records, Connection = Feed.Connection, LeaseContainerName = ContainerDeclarations.Leases,
            LeaseContainerPrefix = nameof(WriteHistory), FeedPollDelay = Feed.PollDelay, LeaseRenewInterval = Feed.LeaseRenew,
            LeaseAcquireInterval = Feed.LeaseAcquire, LeaseExpirationInterval = Feed.LeaseExpiration, StartFromBeginning = true)]
        IReadOnlyList<JsonElement> documents, CancellationToken cancellation) =>
        history.RunAsync(FeedChanges.In(documents), cancellation);

    [Function(nameof(PublishEvents))]
    [ExponentialBackoffRetry(Feed.ForEver, Feed.RetryFrom, Feed.RetryUpTo)]
    public Task Publish(
        [CosmosDBTrigger(Feed.Database, ContainerDeclarations.Records, Connection = Feed.Connection, LeaseContainerName = ContainerDeclarations.Leases,
            LeaseContainerPrefix = nameof(PublishEvents), FeedPollDelay = Feed.PollDelay, LeaseRenewInterval = Feed.LeaseRenew,
            LeaseAcquireInterval = Feed.LeaseAcquire, LeaseExpirationInterval = Feed.LeaseExpiration, StartFromBeginning = true)]
        IReadOnlyList<JsonElement> documents, CancellationToken cancellation) =>
        events.RunAsync(FeedChanges.In(documents), cancellation);

    [Function(nameof(RepairReferences))]
    [ExponentialBackoffRetry(Feed.ForEver, Feed.RetryFrom, Feed.RetryUpTo)]
    public Task Repair(
        [CosmosDBTrigger(Feed.Database, ContainerDeclarations.Records, Connection = Feed.Connection, LeaseContainerName = ContainerDeclarations.Leases,
            LeaseContainerPrefix = nameof(RepairReferences), FeedPollDelay = Feed.PollDelay, LeaseRenewInterval = Feed.LeaseRenew,
            LeaseAcquireInterval = Feed.LeaseAcquire, LeaseExpirationInterval = Feed.LeaseExpiration, StartFromBeginning = true)]
        IReadOnlyList<JsonElement> documents, CancellationToken cancellation) =>
        references.RunAsync(FeedChanges.In(documents), cancellation);
}
