namespace Crm.Campaigns.Sending;

/// <summary>Settings of the sending of campaigns, from the section <c>Campaigns</c>.</summary>
public sealed record SendSettings
{
    public const string Section = "Campaigns";

    /// <summary>How long who sends to a recipient may take before it is taken for dead, and whether the mail went out for unknown.</summary>
    public int ClaimSeconds { get; init; } = 45;

    /// <summary>How long after "not now" a mail is tried again; three times as long after each further time.</summary>
    public int RetrySeconds { get; init; } = 60;

    internal bool IsValid => ClaimSeconds is >= 1 and <= 3600 && RetrySeconds is >= 1 and <= 3600;
}
