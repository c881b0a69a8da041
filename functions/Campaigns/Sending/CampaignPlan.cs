using System.Text.Json.Serialization;
using Crm.Entities.Types;
using Microsoft.Azure.Cosmos;

namespace Crm.Campaigns.Sending;

/// <summary>A document that a campaign goes by once it has begun. They lie in one partition beside the shards.</summary>
public abstract record PlanDocument(string TenantId, string CampaignId)
{
    public abstract string Id { get; }

    public abstract string Kind { get; }

    public string Shard { get; init; } = PlanShard;

    public int SchemaVersion { get; init; } = 1;

    [JsonIgnore]
    public PartitionKey Partition => PartitionOf(TenantId, CampaignId);

    /// <summary>In place of a shard.</summary>
    public const string PlanShard = "plan";

    public static PartitionKey PartitionOf(string tenantId, string campaignId) => RecipientKey.PartitionOf(tenantId, campaignId, PlanShard);
}

/// <summary>One message, as it was when the campaign began.</summary>
/// <param name="SendAt">When it may go out at the earliest.</param>
public sealed record PlannedMessage(string TenantId, string CampaignId, string MessageId, MessageContent Content, DateTimeOffset SendAt)
    : PlanDocument(TenantId, CampaignId)
{
    public const string MessageKind = "message";

    public override string Id => $"{MessageKind}.{MessageId}";

    public override string Kind => MessageKind;
}

/// <summary>One segment, as it was when the campaign began.</summary>
/// <param name="Index">Its place in the walk: the excluded ones come first.</param>
public sealed record PlannedSegment(string TenantId, string CampaignId, int Index, SegmentEntity Entity, string? Filter, IReadOnlyList<string> MemberIds, bool Excluded)
    : PlanDocument(TenantId, CampaignId)
{
    public const string SegmentKind = "segment";

    public override string Id => IdOf(Index);

    public override string Kind => SegmentKind;

    public static string IdOf(int index) => FormattableString.Invariant($"{SegmentKind}.{index}");
}

/// <summary>Where the walk through the audience stands. It is also the sign that the plan is whole: it is written last.</summary>
/// <param name="StartedAt">Who was created later is not in the audience.</param>
/// <param name="Segments">How many there are.</param>
/// <param name="Segment">Which one is being walked through.</param>
/// <param name="Continuation">Where in it; null at its beginning.</param>
/// <param name="Turn">Which message goes on with it, see <see cref="Turns"/>.</param>
/// <param name="TurnAt">When that message is due.</param>
public sealed record Expansion(
    string TenantId, string CampaignId, DateTimeOffset StartedAt, int Segments, int Segment, string? Continuation, bool Done, int Turn, DateTimeOffset TurnAt)
    : PlanDocument(TenantId, CampaignId)
{
    public override string Id => CampaignStep.Expansion;

    public override string Kind => CampaignStep.Expansion;
}
