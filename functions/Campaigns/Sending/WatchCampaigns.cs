using Crm.Entities.Types;
using Crm.Platform.Auth;
using Microsoft.Extensions.Logging;

namespace Crm.Campaigns.Sending;

/// <summary>
/// Looks after every campaign that was launched, by the clock: whatever was lost on the way, a message or a part of one, it goes on, and what has come
/// of it is shown until long after its end.
/// </summary>
public sealed partial class WatchCampaigns(CampaignsUnderWay underWay, SystemCalls system, TimeProvider time, ILogger<WatchCampaigns> logger)
{
    public async Task RunAsync(CancellationToken cancellation)
    {
        foreach (var campaign in await underWay.AllAsync(cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                var over = await system.RunAsync<WatchCampaign, bool>(
                    campaign.CampaignTenant, nameof(WatchCampaigns), campaign.Id, traceParent: null, watch => watch.RunAsync(campaign, cancellation));
                if (over)
                    await underWay.RemoveAsync(campaign, cancellation);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // One must not keep the others from being looked at.
                Log.Failed(logger, failure, campaign.CampaignId, time.GetUtcNow());
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Campaign {CampaignId} could not be looked after at {Time}")]
        public static partial void Failed(ILogger logger, Exception failure, string campaignId, DateTimeOffset time);
    }
}

/// <summary>Looks after one campaign, in the name of its tenant.</summary>
public sealed class WatchCampaign(CampaignStates states, CampaignPlans plans, CampaignTotals totals, StartCampaign start, Turns turns, CampaignProgress progress, TimeProvider time)
{
    /// <summary>A turn that is overdue for longer is not going to come: messages wait for less.</summary>
    public static readonly TimeSpan Overdue = TimeSpan.FromMinutes(5);

    /// <summary>How long after its end what comes of a campaign is still shown.</summary>
    private static readonly TimeSpan Afterwards = TimeSpan.FromDays(30);

    /// <returns>Whether it needs no looking after any more.</returns>
    public async Task<bool> RunAsync(CampaignUnderWay underWay, CancellationToken cancellation)
    {
        var (tenant, id, now) = (underWay.CampaignTenant, underWay.CampaignId, time.GetUtcNow());
        if (await states.ReadAsync(id, cancellation) is not { Status: not CampaignStatus.Draft } campaign)
            return now - underWay.Since > Overdue;

        if (campaign is { Status: CampaignStatus.Scheduled, StartAt: { } at })
        {
            if (at <= now - Overdue)
                await start.RunAsync(new CampaignStep(tenant, id, CampaignStep.Start, 0, at), cancellation);
            return false;
        }

        if (campaign.Status != CampaignStatus.Paused)
            await GoOnAsync(tenant, campaign, now, cancellation);
        await progress.MeasureAsync(id, cancellation);
        return campaign.Status is CampaignStatus.Completed or CampaignStatus.Cancelled or CampaignStatus.Failed && now - (campaign.StartedAt ?? underWay.Since) > Afterwards;
    }

    /// <summary>Brings back the turns that were lost.</summary>
    private async Task GoOnAsync(string tenant, Campaign campaign, DateTimeOffset now, CancellationToken cancellation)
    {
        var expansion = await plans.ExpansionAsync(tenant, campaign.Id, cancellation);
        if (campaign.Status == CampaignStatus.Sending && expansion is not { Done: true })
        {
            if ((expansion?.TurnAt ?? campaign.StartedAt) <= now - Overdue)
                await start.GoOnAsync(tenant, campaign.Id, cancellation);
            return;
        }

        foreach (var shard in await totals.ShardsAsync(tenant, campaign.Id, cancellation))
        {
            if (shard.TurnAt <= now - Overdue && new RecipientCounts(shard.Counts).Open > 0)
                await turns.WakeAsync(tenant, campaign.Id, shard.Shard, shard.Turn, cancellation);
        }

        if (campaign.Status == CampaignStatus.Sending)
            await progress.CompleteAsync(tenant, campaign.Id, cancellation);
    }
}
