using System.Net;
using System.Text.Json;
using Crm.Platform.Cosmos;
using Crm.Platform.Json;
using Microsoft.Azure.Cosmos;

namespace Crm.Campaigns.Sending;

/// <summary>Reads the totals of a campaign: as many documents as there are shards, however many recipients it has.</summary>
public sealed class CampaignTotals(CrmContainers containers, RequestCharge charge)
{
    private static readonly ItemRequestOptions Latest = new() { ConsistencyLevel = ConsistencyLevel.Strong };

    /// <summary>Makes a document for each shard that has none; recipients are written beside them.</summary>
    public Task EnsureAsync(string tenantId, string campaignId, CancellationToken cancellation) =>
        Task.WhenAll(RecipientKey.Shards.Select(shard => EnsureAsync(new ShardTotals(tenantId, campaignId, shard, RecipientCounts.None.Values), cancellation)));

    /// <summary>What all recipients count for together. Sees the latest write of any instance.</summary>
    public async Task<RecipientCounts> SumAsync(string tenantId, string campaignId, CancellationToken cancellation) =>
        RecipientCounts.Sum((await ShardsAsync(tenantId, campaignId, cancellation)).Select(shard => new RecipientCounts(shard.Counts)));

    /// <summary>The documents of the shards; none where the campaign was never launched.</summary>
    public async Task<IReadOnlyList<ShardTotals>> ShardsAsync(string tenantId, string campaignId, CancellationToken cancellation)
    {
        var query = new QueryDefinition("SELECT * FROM c WHERE c.tenantId = @tenant AND c.campaignId = @campaign AND c.kind = @kind")
            .WithParameter("@tenant", tenantId).WithParameter("@campaign", campaignId).WithParameter("@kind", ShardTotals.TotalsKind);
        var prefix = new PartitionKeyBuilder().Add(tenantId).Add(campaignId).Build();
        return await containers.Sends.RowsAsync(query, prefix, charge, latest: true, cancellation).Select(row => row.Deserialize<ShardTotals>(CrmJson.Options)!).ToListAsync(cancellation);
    }

    /// <summary>The document of one shard, or null. Sees the latest write of any instance.</summary>
    public async Task<ShardTotals?> FindAsync(string tenantId, string campaignId, string shard, CancellationToken cancellation)
    {
        using var response = await containers.Sends.ReadItemStreamAsync(ShardTotals.DocumentId, RecipientKey.PartitionOf(tenantId, campaignId, shard), Latest, cancellation);
        charge.Add(response.Headers.RequestCharge);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;

        response.EnsureSuccessStatusCode();
        return await JsonSerializer.DeserializeAsync<ShardTotals>(response.Content, CrmJson.Options, cancellation);
    }

    private async Task EnsureAsync(ShardTotals empty, CancellationToken cancellation)
    {
        using var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(empty, CrmJson.Options));
        using var response = await containers.Sends.CreateItemStreamAsync(body, empty.Partition, cancellationToken: cancellation);
        charge.Add(response.Headers.RequestCharge);
        if (response.StatusCode != HttpStatusCode.Conflict)
            response.EnsureSuccessStatusCode();
    }
}
