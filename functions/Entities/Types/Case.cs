using System.ComponentModel.DataAnnotations;
using Crm.Entities.Schema;

namespace Crm.Entities.Types;

public enum CaseType
{
    Question,
    Incident,
    Problem,
    Complaint,
    FeatureRequest,
}

public enum CaseOrigin
{
    Email,
    Phone,
    Web,
    Chat,
    Social,
    Api,
    InPerson,
}

public enum CaseStatus
{
    New,
    Open,
    WaitingCustomer,
    OnHold,
    Resolved,
    Closed,
    Cancelled,
}

public enum CaseCancelReason
{
    Duplicate,
    Spam,
    Invalid,
}

/// <summary>
/// Something a customer wants to have settled. What a case is about and whose it is are not deleted while the case is there.
/// </summary>
public sealed record Case : Entity
{
    [ServerSet, Sequence("CASE-"), Sortable] public string? CaseNumber { get; init; }

    [Sortable] public required string Subject { get; init; }

    /// <summary>Of this and the next two, at least one is required.</summary>
    [Reference("customers")] public string? CustomerId { get; init; }

    [Reference("accounts")] public string? AccountId { get; init; }

    [Reference("contacts")] public string? ContactId { get; init; }

    public CaseType? CaseType { get; init; }

    [Sortable] public Priority Priority { get; init; } = Priority.Normal;

    public CaseOrigin? Origin { get; init; }

    [Sortable, Moves(
        "new -> open", "open -> waitingCustomer, onHold, resolved", "waitingCustomer, onHold -> open", "resolved -> closed",
        "new, open, waitingCustomer, onHold -> cancelled",
        "resolved, closed -> open by reopen")]
    public CaseStatus Status { get; init; } = CaseStatus.New;

    /// <summary>Required once cancelled.</summary>
    public CaseCancelReason? CancelReason { get; init; }

    /// <summary>Becomes null when the user is deleted: the case waits for another.</summary>
    [Reference("users", OnDelete = OnDelete.SetNull)] public string? AssigneeId { get; init; }

    [Reference("products")] public string? ProductId { get; init; }

    [Reference("orders")] public string? OrderId { get; init; }

    [Reference("cases", Acyclic = true)] public string? ParentCaseId { get; init; }

    [ServerSet] public DateTimeOffset? FirstResponseDueAt { get; init; }

    [ServerSet, Sortable] public DateTimeOffset? ResolutionDueAt { get; init; }

    /// <summary>When the first public comment was made.</summary>
    [ServerSet] public DateTimeOffset? FirstRespondedAt { get; init; }

    /// <summary>Empty again after a reopening; the history knows the earlier ones.</summary>
    [ServerSet, Sortable] public DateTimeOffset? ResolvedAt { get; init; }

    [ServerSet] public SlaState? SlaState { get; init; }

    [ServerSet] public int ReopenCount { get; init; }

    [Number(0, Min = 0, Max = 3), Sortable] public int EscalationLevel { get; init; }

    /// <summary>Required once resolved; a reopening takes it away.</summary>
    public CaseResolution? Resolution { get; init; }

    [Number(0, Min = 1, Max = 5), Sortable] public int? Satisfaction { get; init; }

    /// <summary>Comments are added at the end and never changed.</summary>
    [Personal, MaxLength(200), NotFilterable] public IReadOnlyList<CaseComment> Comments { get; init; } = [];

    protected internal override Entity Complete(WriteContext context)
    {
        if (CustomerId is null && AccountId is null && ContactId is null)
            context.Refuse("#/customerId", "required", "a case needs a customerId, an accountId or a contactId");
        if (Status == CaseStatus.Cancelled && CancelReason is null)
            context.Refuse("#/cancelReason", "required", "is required once a case is cancelled");

        var before = context.Before as Case;
        Announce(before, context);
        var comments = CaseComment.Appended(before?.Comments ?? [], Comments, context);
        var commented = this with
        {
            Comments = comments,
            FirstRespondedAt = FirstRespondedAt ?? comments.FirstOrDefault(comment => comment.IsPublic)?.At,
        };
        return commented.Settled(before, context);
    }

    private bool IsSettled => Status is CaseStatus.Resolved or CaseStatus.Closed;

    /// <summary>What goes with being resolved, and with being so no longer.</summary>
    private Case Settled(Case? before, WriteContext context)
    {
        if (IsSettled)
        {
            if (Resolution is null)
                context.Refuse("#/resolution", "required", "is required once a case is resolved");
            return this with { ResolvedAt = ResolvedAt ?? context.Now };
        }

        return before is { IsSettled: true } && Status == CaseStatus.Open
            ? this with { ResolvedAt = null, Resolution = null, ReopenCount = ReopenCount + 1 }
            : this;
    }

    private void Announce(Case? before, WriteContext context)
    {
        if (AssigneeId is not null && AssigneeId != before?.AssigneeId)
            context.Announce("assigned");
        if (EscalationLevel > (before?.EscalationLevel ?? 0))
            context.Announce("escalated");
        if (Status == before?.Status)
            return;

        if (Status == CaseStatus.Resolved)
            context.Announce("resolved");
        if (Status == CaseStatus.Closed)
            context.Announce("closed");
        if (Status == CaseStatus.Open && before is { IsSettled: true })
            context.Announce("reopened");
    }
}
