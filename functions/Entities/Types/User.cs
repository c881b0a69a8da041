using System.ComponentModel.DataAnnotations;
using Crm.Entities.Schema;

namespace Crm.Entities.Types;

public enum UserStatus
{
    Invited,
    Active,
    Suspended,
    Deactivated,
}

/// <summary>Somebody who signs in. Deactivated, never deleted, while records refer to them.</summary>
public sealed record User : Entity
{
    [Personal, Sortable] public required string Name { get; init; }

    [Personal, Unique, Sortable, Form(TextForm.Email)] public required string Email { get; init; }

    [Personal, Unique, Sortable] public string? UserName { get; init; }

    /// <summary>Sign-ins at identity providers.</summary>
    [Personal, Unique, MaxLength(10)] public IReadOnlyList<Identity> Identities { get; init; } = [];

    [Sortable] public UserStatus Status { get; init; } = UserStatus.Invited;

    /// <summary>A role is not deleted while users have it.</summary>
    [Reference("roles"), MaxLength(20)] public IReadOnlyList<string> RoleIds { get; init; } = [];

    /// <summary>Becomes null when the employee is deleted: the user still signs in.</summary>
    [Unique, Reference("employees", OnDelete = OnDelete.SetNull)] public string? EmployeeId { get; init; }

    [Form(TextForm.Language)] public string? Locale { get; init; }

    [Form(TextForm.TimeZone)] public string? TimeZone { get; init; }

    [ServerSet] public bool MfaEnabled { get; init; }

    [ServerSet, Sortable] public DateTimeOffset? LastLoginAt { get; init; }
}

/// <summary>A user as an identity provider knows them.</summary>
public sealed record Identity
{
    [Form(TextForm.Url)] public required string Issuer { get; init; }

    [StringLength(255, MinimumLength = 1)] public required string Subject { get; init; }
}
