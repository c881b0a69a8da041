using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Crm.Entities.Schema;
using Crm.Platform.Auth;

namespace Crm.Entities.Types;

public enum CampaignType
{
    Email,
    Newsletter,
    Sms,
    Event,
    Webinar,
    TradeShow,
    Advertising,
    DirectMail,
    Telemarketing,
    Social,
    Transactional,
}

public enum CampaignStatus
{
    Draft,
    Scheduled,
    Sending,
    Paused,
    Completed,
    Cancelled,
    Failed,
}

/// <summary>An effort to reach many people at once.</summary>
public sealed record Campaign : Entity
{
    [Sortable] public required string Name { get; init; }

    [Sortable] public required CampaignType CampaignType { get; init; }

    [ServerSet, Sortable, Moves(
        "draft -> scheduled, sending by launch", "scheduled -> draft by unschedule", "scheduled -> sending by start", "sending -> paused by pause",
        "paused -> sending by resume", "sending -> completed by complete", "scheduled, sending -> failed by fail",
        "draft, scheduled, sending, paused -> cancelled by cancel")]
    public CampaignStatus Status { get; init; } = CampaignStatus.Draft;

    /// <summary>Why it failed, or was paused other than by hand.</summary>
    [ServerSet] public string? FailureReason { get; init; }

    /// <summary>In whose name it is sent: who launched it, or resumed it last.</summary>
    [ServerSet, NotFilterable] public Actor? LaunchedBy { get; init; }

    /// <summary>When its audience was frozen and the sending began.</summary>
    [ServerSet, Sortable] public DateTimeOffset? StartedAt { get; init; }

    [Sortable] public DateTimeOffset? StartAt { get; init; }

    [Sortable] public DateTimeOffset? EndAt { get; init; }

    public CampaignPlace? Place { get; init; }

    [Reference("segments"), MinLength(1), MaxLength(20)] public required IReadOnlyList<string> SegmentIds { get; init; }

    /// <summary>Who is in one of these gets nothing, whatever else they are in.</summary>
    [Reference("segments"), MaxLength(20)] public IReadOnlyList<string> ExcludeSegmentIds { get; init; } = [];

    [MaxLength(20)] public IReadOnlyList<CampaignMessage> Messages { get; init; } = [];

    [Number(0, Min = 1)] public int? ThrottlePerMinute { get; init; }

    [Number(4, Min = 0), Sortable] public decimal? Budget { get; init; }

    [Number(4, Min = 0), Sortable] public decimal? ActualCost { get; init; }

    [Number(4, Min = 0), Sortable] public decimal? ExpectedRevenue { get; init; }

    [LongText] public string? Goal { get; init; }

    /// <summary>What its recipients must have agreed to; transactional messages need no consent.</summary>
    [Sortable] public string? ConsentPurpose { get; init; }

    /// <summary>What a recipient must have agreed to; null where messages are sent without. One that says no purpose is agreed to by nobody.</summary>
    internal string? RequiredConsent => CampaignType == CampaignType.Transactional ? null : ConsentPurpose ?? "";

    [ServerSet] public int Audience { get; init; }

    [ServerSet] public int Skipped { get; init; }

    [ServerSet, Sortable] public int Sent { get; init; }

    [ServerSet] public int Delivered { get; init; }

    [ServerSet] public int Opened { get; init; }

    [ServerSet] public int Clicked { get; init; }

    [ServerSet] public int HardBounced { get; init; }

    [ServerSet] public int SoftBounced { get; init; }

    [ServerSet] public int Complained { get; init; }

    [ServerSet] public int Unsubscribed { get; init; }

    [ServerSet] public int Leads { get; init; }

    [ServerSet] public int Opportunities { get; init; }

    [ServerSet, Number(4), Sortable] public decimal WonRevenue { get; init; }

    /// <summary>(<see cref="WonRevenue"/> − <see cref="ActualCost"/>) ÷ <see cref="ActualCost"/>; absent while nothing was spent.</summary>
    [ServerSet, Number(4), Sortable] public decimal? Roi { get; init; }

    protected internal override Entity Complete(WriteContext context)
    {
        if (StartAt > EndAt)
            context.Refuse("#/endAt", "min", "must not be before startAt");
        if (CampaignType != CampaignType.Transactional && string.IsNullOrWhiteSpace(ConsentPurpose))
            context.Refuse("#/consentPurpose", "required", "is required: only transactional messages are sent without consent");

        foreach (var (excluded, index) in ExcludeSegmentIds.Select((excluded, index) => (excluded, index)))
        {
            if (SegmentIds.Contains(excluded))
                context.Refuse($"#/excludeSegmentIds/{index}", "not-allowed", "is also one of segmentIds: nobody would be left of it");
        }

        KeepWhatIsSent(context);
        Announce(context);

        // A message keeps its id for life: with the address, it says who was sent what.
        var known = (context.Before as Campaign)?.Messages.Select(message => message.Id).ToHashSet() ?? [];
        return this with
        {
            Messages = [.. Messages.Select(message => known.Contains(message.Id) ? message : message with { Id = context.NewId() })],
            Roi = ActualCost > 0 ? decimal.Round((WonRevenue - ActualCost.Value) / ActualCost.Value, 4, MidpointRounding.AwayFromZero) : null,
        };
    }

    /// <summary>What was checked when it was launched stays as it was.</summary>
    private void KeepWhatIsSent(WriteContext context)
    {
        if (context.Before is not Campaign before || before.Status == CampaignStatus.Draft)
            return;

        Keep("campaignType", before.CampaignType == CampaignType);
        Keep("startAt", before.StartAt == StartAt);
        Keep("segmentIds", before.SegmentIds.SequenceEqual(SegmentIds));
        Keep("excludeSegmentIds", before.ExcludeSegmentIds.SequenceEqual(ExcludeSegmentIds));
        Keep("messages", before.Messages.SequenceEqual(Messages));
        Keep("consentPurpose", before.ConsentPurpose == ConsentPurpose);

        void Keep(string field, bool kept)
        {
            if (!kept)
                context.Refuse($"#/{field}", "launched", "stays what it was when the campaign was launched; one that is only scheduled can be unscheduled");
        }
    }

    protected internal override string? WhyNotDelete() => Status is CampaignStatus.Scheduled or CampaignStatus.Sending or CampaignStatus.Paused
        ? "It is being sent, or about to be. Cancel it first."
        : null;

    private void Announce(WriteContext context)
    {
        if (context.Before is not Campaign before || before.Status == Status)
            return;

        switch (Status)
        {
            case CampaignStatus.Sending:
                context.Announce(before.Status == CampaignStatus.Paused ? "resumed" : "started");
                break;
            case CampaignStatus.Scheduled or CampaignStatus.Paused or CampaignStatus.Completed or CampaignStatus.Cancelled or CampaignStatus.Failed:
                context.Announce(JsonNamingPolicy.CamelCase.ConvertName(Status.ToString()));
                break;
        }
    }
}

/// <summary>Where a campaign takes place, on the map or on the web.</summary>
public sealed record CampaignPlace
{
    public string? Venue { get; init; }

    public Address? Address { get; init; }

    [Form(TextForm.Url), NotFilterable] public string? OnlineUrl { get; init; }
}

/// <summary>One message of a campaign.</summary>
public sealed record CampaignMessage
{
    [ServerSet, ElementKey] public string Id { get; init; } = "";

    [Reference("email-templates")] public required string TemplateId { get; init; }

    /// <summary>By default, when the campaign starts.</summary>
    public DateTimeOffset? SendAt { get; init; }

    public string? FromName { get; init; }

    [Form(TextForm.Email)] public string? FromAddress { get; init; }

    [Form(TextForm.Email)] public string? ReplyTo { get; init; }
}
