using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;

namespace Crm.Campaigns.Sending;

/// <summary>Reads the state of campaigns as it is at this moment, and moves it on the app's own account.</summary>
public sealed class CampaignStates(EntityCatalog catalog, EntityService entities, RecordStore records, CallContext call)
{
    /// <summary>Null where there is none any more. Sees the latest write of any instance.</summary>
    public async Task<Campaign?> ReadAsync(string campaignId, CancellationToken cancellation)
    {
        var type = catalog.Of<Campaign>();
        return await records.ReadLatestAsync(new RecordKey(call.Caller.TenantId, type.Collection, campaignId), cancellation) is { IsTombstone: false } stored ? (Campaign)type.Deserialize(stored.Data) : null;
    }

    /// <summary>Changes a campaign; where it can no longer be changed so, it stays as it is.</summary>
    /// <exception cref="InvalidOperationException">It is being written over and over: the message has to come again.</exception>
    public async Task ActAsync(string campaignId, string action, Func<Campaign, Campaign> change, CancellationToken cancellation)
    {
        var written = await entities.ActAsync(campaignId, action, new WriteOptions(), change, cancellation);
        if (written.Error is Conflict or Stale or Busy)
            throw new InvalidOperationException($"campaigns/{campaignId} could not be changed yet: {written.Error.Detail}");
    }

    /// <summary>Ends a campaign that cannot be sent.</summary>
    public Task FailAsync(string campaignId, string reason, CancellationToken cancellation) => ActAsync(
        campaignId, "fail",
        campaign => campaign.Status is CampaignStatus.Scheduled or CampaignStatus.Sending ? campaign with { Status = CampaignStatus.Failed, FailureReason = Cut(reason) } : campaign,
        cancellation);

    /// <summary>Stops a campaign until somebody resumes it.</summary>
    public Task PauseAsync(string campaignId, string reason, CancellationToken cancellation) => ActAsync(
        campaignId, "pause",
        campaign => campaign.Status == CampaignStatus.Sending ? campaign with { Status = CampaignStatus.Paused, FailureReason = Cut(reason) } : campaign,
        cancellation);

    private static string Cut(string reason) => reason.Length <= 255 ? reason : reason[..254] + "…";
}
