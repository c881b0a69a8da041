using System.Text.Json.Serialization;
using Crm.Entities;

namespace Crm.Campaigns.Sending;

public enum RecipientStatus
{
    /// <summary>To be sent to at <see cref="Recipient.DueAt"/>: for the first time, or once more after the server said "not now".</summary>
    Pending,

    /// <summary>Somebody is sending to it.</summary>
    Claimed,

    /// <summary>The mail server has taken the mail on.</summary>
    Sent,

    /// <summary>The receiving side has said that it has it.</summary>
    Delivered,

    /// <summary>The server said "not now" (4xx) every time.</summary>
    SoftBounced,

    /// <summary>The server said "never" (5xx), at once or later. The address is suppressed.</summary>
    HardBounced,

    /// <summary>There is no such party any more.</summary>
    Rejected,

    /// <summary>The mail could not be made.</summary>
    Failed,

    /// <summary>Whoever sent it did not live to say how it went, or the server's answer was lost. Never sent again: it might come twice.</summary>
    Unknown,

    /// <summary>Nothing is sent, for the reason in <see cref="Recipient.SkipReason"/>.</summary>
    Skipped,
}

public enum SkipReason
{
    NoConsent,
    Unsubscribed,
    Suppressed,
    DuplicateAddress,
    InvalidAddress,
    MissingAddress,
    FrequencyCap,
    Cancelled,
}

/// <summary>What is learned of a mail after it was sent.</summary>
public enum RecipientMark
{
    Delivered,
    Opened,
    Clicked,
    Unsubscribed,
    Complained,

    /// <summary>It came back for good.</summary>
    Bounced,
}

/// <summary>One message of a campaign to one address, and what became of it.</summary>
/// <param name="PartyRef">Whose address it is; of several who have it, the first that was found.</param>
/// <param name="Address">In its normal form; null where there is none.</param>
public sealed record Recipient(string Id, string TenantId, string CampaignId, string MessageId, RecordLink PartyRef, string? Address, RecipientStatus Status)
{
    /// <summary>What tells recipients from the other documents of their partition.</summary>
    public const string RecipientKind = "recipient";

    public int SchemaVersion { get; init; } = 1;

    public string Kind { get; init; } = RecipientKind;

    public string Shard => Key.Shard;

    public SkipReason? SkipReason { get; init; }

    /// <summary>Sendings that the server has answered with "not now".</summary>
    public int Attempts { get; init; }

    /// <summary>When something is to be done about it next; null once it has come to its end. A claim that is due is one whose owner died.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>Who holds the claim: an id that is made for it.</summary>
    public string? ClaimId { get; init; }

    public DateTimeOffset? ClaimedAt { get; init; }

    public DateTimeOffset? SentAt { get; init; }

    public DateTimeOffset? DeliveredAt { get; init; }

    public DateTimeOffset? OpenedAt { get; init; }

    public DateTimeOffset? ClickedAt { get; init; }

    public DateTimeOffset? UnsubscribedAt { get; init; }

    public DateTimeOffset? ComplainedAt { get; init; }

    public DateTimeOffset? BouncedAt { get; init; }

    /// <summary>What the mail server said last, or why the mail could not be made.</summary>
    public string? Detail { get; init; }

    [JsonIgnore]
    public RecipientKey Key => RecipientKey.Of(TenantId, CampaignId, Id);

    /// <summary>Whether there is still something to be done.</summary>
    [JsonIgnore]
    public bool IsOpen => Status is RecipientStatus.Pending or RecipientStatus.Claimed;

    /// <summary>The recipient with what was learned; itself where that is known already, or can not be of what was never sent.</summary>
    public Recipient With(RecipientMark mark, DateTimeOffset at) => Status is RecipientStatus.Pending or RecipientStatus.Skipped ? this : mark switch
    {
        RecipientMark.Delivered when Status is RecipientStatus.Sent or RecipientStatus.Unknown => this with { Status = RecipientStatus.Delivered, SentAt = SentAt ?? ClaimedAt ?? at, DeliveredAt = at },
        RecipientMark.Bounced when Status is RecipientStatus.Sent or RecipientStatus.Delivered or RecipientStatus.Unknown => this with { Status = RecipientStatus.HardBounced, BouncedAt = at },
        RecipientMark.Opened when OpenedAt is null => this with { OpenedAt = at },
        // Whoever follows a link has the mail open, also where its pictures are not shown.
        RecipientMark.Clicked when ClickedAt is null => this with { ClickedAt = at, OpenedAt = OpenedAt ?? at },
        RecipientMark.Unsubscribed when UnsubscribedAt is null => this with { UnsubscribedAt = at },
        RecipientMark.Complained when ComplainedAt is null => this with { ComplainedAt = at },
        _ => this,
    };
}

/// <summary>A recipient as it was read.</summary>
/// <param name="Tag">The <c>_etag</c> that a write is held to.</param>
public sealed record StoredRecipient(Recipient Recipient, string Tag);
