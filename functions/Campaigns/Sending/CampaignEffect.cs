using System.Text.Json;
using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;

namespace Crm.Campaigns.Sending;

/// <summary>What has come of a campaign.</summary>
/// <param name="Audience">Recipients of all messages, the skipped ones too.</param>
/// <param name="Open">Those that something is still to be done about.</param>
/// <param name="WonRevenue">In the tenant's base currency.</param>
public sealed record CampaignEffect(
    int Audience, int Open, IReadOnlyDictionary<SkipReason, int> Skipped, int Sent, int Delivered, int Opened, int Clicked, int Unsubscribed, int Complained,
    int SoftBounced, int HardBounced, int Rejected, int Failed, int Unknown, int Leads, int Opportunities, decimal WonRevenue)
{
    /// <summary>The campaign with its effect in its fields.</summary>
    internal Campaign In(Campaign campaign) => campaign with
    {
        Audience = Audience,
        Skipped = Skipped.Values.Sum(),
        Sent = Sent,
        Delivered = Delivered,
        Opened = Opened,
        Clicked = Clicked,
        HardBounced = HardBounced,
        SoftBounced = SoftBounced,
        Complained = Complained,
        Unsubscribed = Unsubscribed,
        Leads = Leads,
        Opportunities = Opportunities,
        WonRevenue = WonRevenue,
    };
}

/// <summary>Adds up what has come of campaigns: the totals of their shards, and the leads and sales that are put down to them. No recipient is looked at.</summary>
public sealed class CampaignEffects(EntityCatalog catalog, EntityService entities, RecordStore records, CampaignTotals totals, CallContext call)
{
    /// <summary>The effect of a campaign that the caller may read.</summary>
    public async Task<Result<CampaignEffect>> ReadAsync(string id, CancellationToken cancellation)
    {
        var read = await entities.ReadAsync(catalog.Of<Campaign>().Collection, id, session: null, cancellation);
        return read.Failed ? read.Error : await OfAsync(id, cancellation);
    }

    /// <summary>Sees the latest write of any instance.</summary>
    public async Task<CampaignEffect> OfAsync(string id, CancellationToken cancellation)
    {
        var tenant = call.Caller.TenantId;
        var counting = totals.SumAsync(tenant, id, cancellation);
        var leads = SumAsync<Lead>("VALUE COUNT(1)", "");
        var opportunities = SumAsync<Opportunity>("VALUE COUNT(1)", "");
        var won = SumAsync<Opportunity>("VALUE SUM(c.data.baseAmount)", " AND c.data.stageType = 'won'");
        await Task.WhenAll(counting, leads, opportunities, won);
        var counts = await counting;
        return new CampaignEffect(
            counts.Audience, counts.Open, counts.Skipped, counts.Sent, counts.Delivered, counts.Opened, counts.Clicked, counts.Unsubscribed, counts.Complained,
            counts.SoftBounced, counts.HardBounced, counts.Rejected, counts.Failed, counts.Unknown, (int)await leads, (int)await opportunities, decimal.Round(await won, 4));

        async Task<decimal> SumAsync<T>(string select, string where) where T : Entity
        {
            var rows = await records.QueryAsync(tenant, catalog.Of<T>().Collection, select, "c.data.campaignId = @campaign" + where, [("@campaign", id)], latest: true, cancellation);
            return rows.Where(row => row.ValueKind == JsonValueKind.Number).Sum(row => row.GetDecimal());
        }
    }
}
