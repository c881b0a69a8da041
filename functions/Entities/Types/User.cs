using System.ComponentModel.DataAnnotations;
using Crm.Entities.Schema;
using Crm.Platform.Auth;

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

    /// <summary>A role is not deleted while users have it. Without any, a user can sign in and may nothing.</summary>
    [Reference("roles"), MaxLength(20)] public required IReadOnlyList<string> RoleIds { get; init; }

    /// <summary>Becomes null when the employee is deleted: the user still signs in.</summary>
    [Unique, Reference("employees", OnDelete = OnDelete.SetNull)] public string? EmployeeId { get; init; }

    [Form(TextForm.Language)] public string? Locale { get; init; }

    [Form(TextForm.TimeZone)] public string? TimeZone { get; init; }

    [ServerSet] public bool MfaEnabled { get; init; }

    /// <summary>To the hour.</summary>
    [ServerSet, Sortable] public DateTimeOffset? LastLoginAt { get; init; }

    protected internal override IEnumerable<RecordRef> Reads(WriteContext context) =>
        RoleIds.Concat(((User?)context.Before)?.RoleIds ?? []).Distinct().Select(role => new RecordRef("roles", role));

    /// <summary>Nobody gives roles beyond their own rights, or changes those who have more; nobody changes their own access, so that somebody always has it all.</summary>
    protected internal override Entity Complete(WriteContext context)
    {
        if (context.Action == WriteContext.Unlink)
            return this;

        var before = (User?)context.Before;
        if (Reads(context).Any(role => context.Find<Role>(role.Id) is { } found && !context.Caller.Permissions.Cover(found.ToGrants())))
            context.Forbid("#/roleIds", "beyond the rights that you have yourself");
        if (before is not null && context.Caller.Actor.Kind == ActorKind.User && context.Caller.UserId == before.Id && (before.Status != Status || !before.RoleIds.SequenceEqual(RoleIds)))
            context.Forbid(before.Status != Status ? "#/status" : "#/roleIds", "nobody changes their own access");

        return this;
    }
}

/// <summary>A user as an identity provider knows them.</summary>
public sealed record Identity
{
    [Form(TextForm.Url)] public required string Issuer { get; init; }

    [StringLength(255, MinimumLength = 1)] public required string Subject { get; init; }
}
