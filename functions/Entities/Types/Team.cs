using System.ComponentModel.DataAnnotations;
using Crm.Entities.Schema;

namespace Crm.Entities.Types;

public enum TeamKind
{
    Sales,
    Service,
    Marketing,
    Other,
}

public enum TeamRole
{
    Member,
    Leader,
}

/// <summary>People who work together.</summary>
public sealed record Team : Entity
{
    [Unique, Sortable] public required string Name { get; init; }

    [Sortable] public TeamKind? Kind { get; init; }

    [Reference("users", OnDelete = OnDelete.SetNull)] public string? LeaderId { get; init; }

    [Reference("teams", Acyclic = true)] public string? ParentTeamId { get; init; }

    [MaxLength(500)] public IReadOnlyList<TeamMember> Members { get; init; } = [];

    [MaxLength(50)] public IReadOnlyList<string> Territory { get; init; } = [];

    public bool IsActive { get; init; } = true;
}

/// <summary>A user's place in a team.</summary>
public sealed record TeamMember
{
    [Reference("users"), ElementKey] public required string UserId { get; init; }

    public TeamRole Role { get; init; }
}
