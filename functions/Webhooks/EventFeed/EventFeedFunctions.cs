using System.Text.Json;
using Crm.Entities.Changes;
using Crm.Platform.Auth;
using Crm.Platform.ChangeFeed;
using Crm.Platform.Cosmos;
using Crm.Platform.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Webhooks.EventFeed;

/// <summary>The events of a tenant for those who ask, where webhooks are for those who are told.</summary>
public sealed class EventFeedFunctions(LogEvents logEvents, ReadEvents read)
{
    [Function(nameof(LogEvents))]
    [ExponentialBackoffRetry(Feed.ForEver, Feed.RetryFrom, Feed.RetryUpTo)]
    public Task Log(
        [CosmosDBTrigger(Feed.Database, ContainerDeclarations.Records, Connection = Feed.Connection, LeaseContainerName = ContainerDeclarations.Leases,
            LeaseContainerPrefix = nameof(LogEvents), FeedPollDelay = Feed.PollDelay, LeaseRenewInterval = Feed.LeaseRenew,
            LeaseAcquireInterval = Feed.LeaseAcquire, LeaseExpirationInterval = Feed.LeaseExpiration, StartFromBeginning = true)]
        IReadOnlyList<JsonElement> documents, CancellationToken cancellation) =>
        logEvents.RunAsync(FeedChanges.In(documents), cancellation);

    /// <summary>Every event of the last 30 days, those of one record in the order of versions.</summary>
    [Function("EventsRead"), SignedIn]
    [Operation("listEvents"), Query("types", "Types of events, with commas between."), Paged(By = "after"), Answers(200, typeof(EventList))]
    public async Task<IResult> Read([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "events")] HttpRequest request, CancellationToken cancellation) =>
        await read.RunAsync(request, cancellation) is var page && page.Failed ? Problems.From(page.Error) : page.Value;
}
