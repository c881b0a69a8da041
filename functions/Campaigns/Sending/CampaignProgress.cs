using Crm.Entities.Types;

namespace Crm.Campaigns.Sending;

/// <summary>Shows in a campaign what has come of it, and ends it when every recipient has an end.</summary>
public sealed class CampaignProgress(CampaignPlans plans, CampaignTotals totals, CampaignEffects effects, CampaignStates states)
{
    /// <summary>Completes a campaign of which nothing is left to do; otherwise does nothing.</summary>
    /// <exception cref="InvalidOperationException">It could not be written now.</exception>
    public async Task CompleteAsync(string tenantId, string campaignId, CancellationToken cancellation)
    {
        if (await plans.ExpansionAsync(tenantId, campaignId, cancellation) is not { Done: true } || (await totals.SumAsync(tenantId, campaignId, cancellation)).Open > 0)
            return;

        var effect = await effects.OfAsync(campaignId, cancellation);
        await states.ActAsync(campaignId, "complete", Completed, cancellation);

        Campaign Completed(Campaign campaign) => campaign.Status == CampaignStatus.Sending ? effect.In(campaign) with { Status = CampaignStatus.Completed } : campaign;
    }

    /// <summary>Writes into a campaign what has come of it so far. Where that is there already, it makes no version.</summary>
    /// <exception cref="InvalidOperationException">It could not be written now.</exception>
    public async Task MeasureAsync(string campaignId, CancellationToken cancellation)
    {
        var effect = await effects.OfAsync(campaignId, cancellation);
        await states.ActAsync(campaignId, "update", effect.In, cancellation);
    }
}
