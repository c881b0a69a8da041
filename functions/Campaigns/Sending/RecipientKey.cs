using Crm.Platform;
using Microsoft.Azure.Cosmos;

namespace Crm.Campaigns.Sending;

/// <summary>Where a recipient lies in <c>sends</c>: the whole partition key and the id, so that it is read and written by one point operation.</summary>
public readonly record struct RecipientKey(string TenantId, string CampaignId, string Shard, string Id)
{
    /// <summary>The shards of every campaign: the first digit of the ids in them. Each has its totals, and is sent to on its own.</summary>
    public static IReadOnlyList<string> Shards { get; } = [.. "0123456789abcdef".Select(digit => digit.ToString())];

    public PartitionKey Partition => PartitionOf(TenantId, CampaignId, Shard);

    /// <summary>The key of a recipient whose id is known: it says the shard.</summary>
    public static RecipientKey Of(string tenantId, string campaignId, string id) => new(tenantId, campaignId, id[..1], id);

    /// <summary>The id of who is sent a message at an address. Whoever has the same address is the same recipient, and gets it once.</summary>
    /// <param name="address">In its normal form.</param>
    public static string IdOf(string campaignId, string messageId, string address) => Ids.From(campaignId, messageId, address);

    public static PartitionKey PartitionOf(string tenantId, string campaignId, string shard) => new PartitionKeyBuilder().Add(tenantId).Add(campaignId).Add(shard).Build();
}
