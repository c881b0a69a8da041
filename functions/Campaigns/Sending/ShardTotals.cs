using System.Text.Json.Serialization;
using Microsoft.Azure.Cosmos;

namespace Crm.Campaigns.Sending;

/// <summary>The document of a shard: what its recipients count for together, and whose turn it is to send to them.</summary>
/// <param name="Turn">Which message goes on with it, see <see cref="Turns"/>.</param>
/// <param name="TurnAt">When that message is due.</param>
public sealed record ShardTotals(string TenantId, string CampaignId, string Shard, IReadOnlyDictionary<string, int> Counts, int Turn = 0, DateTimeOffset TurnAt = default)
{
    public const string DocumentId = "totals";

    public const string TotalsKind = "totals";

    public string Id { get; init; } = DocumentId;

    public string Kind { get; init; } = TotalsKind;

    public int SchemaVersion { get; init; } = 1;

    [JsonIgnore]
    public PartitionKey Partition => RecipientKey.PartitionOf(TenantId, CampaignId, Shard);

    /// <summary>Where a count lies in the document.</summary>
    public static string PathOf(string count) => $"/counts/{count}";
}
