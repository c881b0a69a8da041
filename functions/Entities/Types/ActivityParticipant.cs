using Crm.Entities.Schema;

namespace Crm.Entities.Types;

public enum ParticipantKind
{
    User,
    Contact,
    Lead,
    Employee,
    External,
}

public enum ParticipantRole
{
    Organizer,
    Required,
    Optional,
}

public enum ParticipantResponse
{
    None,
    Accepted,
    Tentative,
    Declined,
}

public enum ReminderChannel
{
    Popup,
    Email,
    Push,
}

/// <summary>Somebody who takes part in an activity: a record by its id, or somebody without one by an address.</summary>
public sealed record ActivityParticipant
{
    public required ParticipantKind Kind { get; init; }

    /// <summary>Of every kind but external.</summary>
    public string? Id { get; init; }

    /// <summary>Of external ones, and only of them.</summary>
    public string? Address { get; init; }

    public ParticipantRole Role { get; init; } = ParticipantRole.Required;

    public ParticipantResponse Response { get; init; } = ParticipantResponse.None;

    internal RecordRef? Reference => Kind == ParticipantKind.External || Id is null ? null : new RecordRef(Collection, Id);

    private string Collection => Kind switch
    {
        ParticipantKind.User => "users",
        ParticipantKind.Contact => "contacts",
        ParticipantKind.Lead => "leads",
        _ => "employees",
    };

    internal void Check(WriteContext context, string pointer)
    {
        var external = Kind == ParticipantKind.External;
        if (external && string.IsNullOrWhiteSpace(Address))
            context.Refuse($"{pointer}/address", "required", "is required for somebody external");
        if (external && Id is not null)
            context.Refuse($"{pointer}/id", "not-allowed", "somebody external has an address, no id");
        if (!external && Address is not null)
            context.Refuse($"{pointer}/address", "not-allowed", "only somebody external has an address here");
        if (!external && Id is null)
            context.Refuse($"{pointer}/id", "required", $"is required: the id of a record in {Collection}");
        if (Reference is { } reference && !context.Has(reference))
            context.Refuse($"{pointer}/id", "unknown-reference", $"there is no such record in {Collection}");
    }
}

/// <summary>When and how to call an activity to mind.</summary>
public sealed record ActivityReminder
{
    /// <summary>Before the start, or before the end of the day it is due.</summary>
    [Number(0, Min = 0, Max = 40_320)] public required int MinutesBefore { get; init; }

    public ReminderChannel Channel { get; init; } = ReminderChannel.Popup;
}
