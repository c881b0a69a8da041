using System.Text.Json;
using Crm.Platform.Cosmos;
using Crm.Platform.Json;
using Microsoft.Azure.Cosmos;

namespace Crm.Campaigns.Sending;

/// <summary>That a campaign was launched: what is looked after until long after its end.</summary>
public sealed record CampaignUnderWay(string CampaignTenant, string CampaignId, DateTimeOffset Since) : KeyDocument
{
    public const string UnderWayScope = "campaigns-under-way";

    public override string Scope => UnderWayScope;

    public static CampaignUnderWay Of(string tenantId, string campaignId, DateTimeOffset since) =>
        new(tenantId, campaignId, since) { Id = $"{tenantId}.{campaignId}", TenantId = KeyDocuments.NoTenant };
}

/// <summary>The campaigns of all tenants that were launched, in one partition: looking through them costs next to nothing where there are none.</summary>
public sealed class CampaignsUnderWay(KeyDocuments documents, CrmContainers containers, RequestCharge charge, TimeProvider time)
{
    public Task AddAsync(string tenantId, string campaignId, CancellationToken cancellation) =>
        documents.PutAsync(CampaignUnderWay.Of(tenantId, campaignId, time.GetUtcNow()), cancellation);

    public Task RemoveAsync(CampaignUnderWay campaign, CancellationToken cancellation) => documents.DeleteAsync(campaign, tag: null, cancellation);

    public async Task<IReadOnlyList<CampaignUnderWay>> AllAsync(CancellationToken cancellation)
    {
        var query = new QueryDefinition("SELECT * FROM c WHERE c.tenantId = @tenant AND c.scope = @scope")
            .WithParameter("@tenant", KeyDocuments.NoTenant).WithParameter("@scope", CampaignUnderWay.UnderWayScope);
        var prefix = new PartitionKeyBuilder().Add(KeyDocuments.NoTenant).Add(CampaignUnderWay.UnderWayScope).Build();
        return await containers.Keys.RowsAsync(query, prefix, charge, latest: true, cancellation).Select(row => row.Deserialize<CampaignUnderWay>(CrmJson.Options)!).ToListAsync(cancellation);
    }
}
