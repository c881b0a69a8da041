using System.ComponentModel.DataAnnotations;
using Crm.Entities.Schema;

namespace Crm.Entities.Types;

public enum ActivityType
{
    Call,
    Meeting,
    Task,
    Email,
    Sms,
    Chat,
    Visit,
    Note,
}

/// <summary>Each type of activity has its own of these.</summary>
public enum ActivityStatus
{
    NotStarted,
    InProgress,
    Waiting,
    Completed,
    Deferred,
    Cancelled,
    Planned,
    Held,
    NotHeld,
    Draft,
    Queued,
    Sent,
    Received,
    Failed,
    None,
}

public enum ActivityDirection
{
    Inbound,
    Outbound,
}

/// <summary>Something done, or to be done, with people.</summary>
public sealed record Activity : Entity
{
    [Sortable] public required ActivityType ActivityType { get; init; }

    [Sortable] public required string Subject { get; init; }

    /// <summary>
    /// The values of the type, the first by default. task: notStarted, inProgress, waiting, completed, deferred, cancelled; call, meeting, visit: planned,
    /// held, notHeld, cancelled; email, sms, chat: draft, queued, sent, received, failed; note: none.
    /// </summary>
    [Sortable] public ActivityStatus? Status { get; init; }

    /// <summary>Becomes null when its record is deleted: what was done was done.</summary>
    [Reference("accounts", "campaigns", "cases", "contacts", "customers", "leads", "opportunities", "orders", "partners", OnDelete = OnDelete.SetNull)]
    public RecordLink? Regarding { get; init; }

    /// <summary>
    /// The account of what the activity regards, as it was when that was said: later moves of a contact to another company leave it. Becomes null when
    /// the account is deleted.
    /// </summary>
    [ServerSet, Reference("accounts", OnDelete = OnDelete.SetNull)] public string? AccountId { get; init; }

    [Sortable] public DateTimeOffset? StartAt { get; init; }

    [Sortable] public DateTimeOffset? EndAt { get; init; }

    [Sortable] public DateOnly? DueDate { get; init; }

    public bool AllDay { get; init; }

    [Form(TextForm.TimeZone)] public string? TimeZone { get; init; }

    [Sortable] public Priority Priority { get; init; } = Priority.Normal;

    [Personal, MaxLength(100)] public IReadOnlyList<ActivityParticipant> Participants { get; init; } = [];

    [MaxLength(10)] public IReadOnlyList<ActivityReminder> Reminders { get; init; } = [];

    [LongText] public string? Outcome { get; init; }

    public string? Location { get; init; }

    [Form(TextForm.Recurrence), NotFilterable] public string? Recurrence { get; init; }

    public ActivityDirection? Direction { get; init; }

    [Number(0, Min = 0)] public int? DurationSeconds { get; init; }

    /// <summary>When it became completed, held, sent or received.</summary>
    [ServerSet, Sortable] public DateTimeOffset? CompletedAt { get; init; }

    protected internal override Entity WithDefaults(WriteContext context) => this with { Status = Status ?? Statuses[0] };

    protected internal override IEnumerable<RecordRef> Reads(WriteContext context) => NewParticipants(context)
        .Select(added => added.Participant.Reference)
        .OfType<RecordRef>();

    protected internal override Entity Complete(WriteContext context)
    {
        var before = context.Before as Activity;
        if (!Statuses.Contains(Status!.Value))
            context.Refuse("#/status", "not-allowed", $"must be, for this activityType, one of {string.Join(", ", Statuses.Select(status => char.ToLowerInvariant($"{status}"[0]) + $"{status}"[1..]))}");
        if (EndAt < StartAt)
            context.Refuse("#/endAt", "min", "must not be before startAt");
        foreach (var (participant, index) in NewParticipants(context))
            participant.Check(context, $"#/participants/{index}");

        // A link that a deletion took away leaves the activity with the account it was about.
        var derived = Regarding != before?.Regarding && context.Action != WriteContext.Unlink;
        return this with
        {
            AccountId = derived ? AccountOf(Regarding, context) : AccountId,
            CompletedAt = IsDone ? CompletedAt ?? context.Now : null,
        };
    }

    private bool IsDone => Status is ActivityStatus.Completed or ActivityStatus.Held or ActivityStatus.Sent or ActivityStatus.Received;

    private IReadOnlyList<ActivityStatus> Statuses => ActivityType switch
    {
        ActivityType.Task =>
            [ActivityStatus.NotStarted, ActivityStatus.InProgress, ActivityStatus.Waiting, ActivityStatus.Completed, ActivityStatus.Deferred, ActivityStatus.Cancelled],
        ActivityType.Call or ActivityType.Meeting or ActivityType.Visit =>
            [ActivityStatus.Planned, ActivityStatus.Held, ActivityStatus.NotHeld, ActivityStatus.Cancelled],
        ActivityType.Note => [ActivityStatus.None],
        _ => [ActivityStatus.Draft, ActivityStatus.Queued, ActivityStatus.Sent, ActivityStatus.Received, ActivityStatus.Failed],
    };

    /// <summary>Those already there are not looked at again: who took part stays, whatever becomes of their records.</summary>
    private IEnumerable<(ActivityParticipant Participant, int Index)> NewParticipants(WriteContext context)
    {
        var known = (context.Before as Activity)?.Participants.Select(participant => participant.Reference).OfType<RecordRef>().ToHashSet() ?? [];
        return Participants
            .Select((participant, index) => (participant, index))
            .Where(added => added.participant.Reference is not { } reference || !known.Contains(reference));
    }

    private static string? AccountOf(RecordLink? regarding, WriteContext context) => regarding switch
    {
        { Type: "accounts" } => regarding.Id,
        { Type: "cases" } => context.Find<Case>(regarding.Id)?.AccountId,
        { Type: "contacts" } => context.Find<Contact>(regarding.Id)?.Accounts.FirstOrDefault(account => account.IsPrimary)?.AccountId,
        { Type: "customers" } => context.Find<Customer>(regarding.Id)?.AccountId,
        { Type: "opportunities" } => context.Find<Opportunity>(regarding.Id)?.AccountId,
        { Type: "partners" } => context.Find<Partner>(regarding.Id)?.AccountId,
        _ => null,
    };
}
