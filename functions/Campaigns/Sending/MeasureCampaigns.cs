using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities.Changes;
using Crm.Entities.Storage;
using Crm.Platform.Auth;
using Crm.Platform.ChangeFeed;
using Crm.Platform.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Campaigns.Sending;

/// <summary>Keeps in a campaign the leads and sales that are put down to it. They are added up anew, so that it does not matter how often or how late this runs.</summary>
public sealed class MeasureCampaigns(RecordStore records, SystemCalls system, FeedLag lag, TimeProvider time)
{
    private const string Reference = "/campaignId";

    /// <summary>What counts of a lead and of a sale.</summary>
    private static readonly Dictionary<string, string[]> Counted = new() { ["leads"] = [Reference], ["opportunities"] = [Reference, "/stageType", "/baseAmount"] };

    /// <exception cref="InvalidOperationException">A campaign is being written over and over: the batch has to come again.</exception>
    public async Task RunAsync(IReadOnlyList<FeedChange> changes, CancellationToken cancellation)
    {
        if (changes.Count == 0)
            return;

        var campaigns = new HashSet<(string Tenant, string Id)>();
        foreach (var change in changes.Where(change => Counted.TryGetValue(change.Key.Collection, out var counted) && change.Change.Changes.Any(field => counted.Contains(field.Path))))
            campaigns.UnionWith((await CampaignsOfAsync(change, cancellation)).Select(id => (change.Key.TenantId, id)));

        foreach (var (tenant, id) in campaigns)
        {
            await system.RunAsync<CampaignProgress, bool>(tenant, "measure-campaigns", id, traceParent: null, async progress =>
            {
                await progress.MeasureAsync(id, cancellation);
                return true;
            });
        }

        lag.Done(nameof(MeasureCampaigns), changes.Max(change => change.OccurredAt), time.GetUtcNow());
    }

    /// <summary>The campaigns that the record belonged to before and after the change; where it has not changed that, the one it belongs to now.</summary>
    private async Task<IEnumerable<string>> CampaignsOfAsync(FeedChange change, CancellationToken cancellation)
    {
        if (change.Change.Changes.FirstOrDefault(field => field.Path == Reference) is { } moved)
            return new[] { moved.Before, moved.After }.OfType<JsonValue>().Select(value => value.GetValue<string>());

        return await records.ReadLatestAsync(change.Key, cancellation) is { IsTombstone: false } stored && stored.Data.TryGetProperty("campaignId", out var campaign) ? [campaign.GetString()!] : [];
    }
}

/// <summary>What campaigns do when other records change.</summary>
public sealed class CampaignFeedFunctions(MeasureCampaigns campaigns)
{
    [Function(nameof(MeasureCampaigns))]
    [ExponentialBackoffRetry(Feed.ForEver, Feed.RetryFrom, Feed.RetryUpTo)]
    public Task Measure(
        [CosmosDBTrigger(Feed.Database, ContainerDeclarations.Records, Connection = Feed.Connection, LeaseContainerName = ContainerDeclarations.Leases,
            LeaseContainerPrefix = nameof(MeasureCampaigns), FeedPollDelay = Feed.PollDelay, LeaseRenewInterval = Feed.LeaseRenew,
            LeaseAcquireInterval = Feed.LeaseAcquire, LeaseExpirationInterval = Feed.LeaseExpiration, StartFromBeginning = true)]
        IReadOnlyList<JsonElement> documents, CancellationToken cancellation) =>
        campaigns.RunAsync(FeedChanges.In(documents), cancellation);
}
