using System.ComponentModel.DataAnnotations;
using Crm.Entities.Schema;
using Crm.Platform.Auth;

namespace Crm.Entities.Types;

public enum ApiKeyStatus
{
    Active,
    Revoked,
}

/// <summary>Lets a program in: with a role, and of that no more than its scopes. Records it makes belong to its owner.</summary>
[WithSecret]
public sealed record ApiKey : Entity
{
    [Sortable] public required string Name { get; init; }

    /// <summary>The part of the key that is no secret.</summary>
    [ServerSet, Unique] public string? Prefix { get; init; }

    /// <summary><c>contacts:read</c>, <c>orders:write</c>, <c>*:read</c>, or the name of a special right.</summary>
    [MinLength(1), MaxLength(100)] public required IReadOnlyList<string> Scopes { get; init; }

    [Reference("roles")] public required string RoleId { get; init; }

    [Sortable] public required DateTimeOffset ExpiresAt { get; init; }

    [Moves("active -> revoked")] public ApiKeyStatus Status { get; init; } = ApiKeyStatus.Active;

    /// <summary>To the hour.</summary>
    [ServerSet, Sortable] public DateTimeOffset? LastUsedAt { get; init; }

    protected internal override IEnumerable<RecordRef> Reads(WriteContext context) => [new("roles", RoleId)];

    protected internal override Entity Complete(WriteContext context)
    {
        foreach (var (scope, index) in Scopes.Select((scope, index) => (scope, index)).Where(named => !IsScope(named.scope, context.Catalog)))
            context.Refuse($"#/scopes/{index}", "no-such-scope", $"'{scope}' is neither a collection with :read or :write, such as contacts:read, nor a special right");
        if (context.Find<Role>(RoleId) is { } role && !context.Caller.Permissions.Cover(role.ToGrants()))
            context.Forbid("#/roleId", "the role has rights that you do not have");
        if (context.Before is null && ExpiresAt <= context.Now)
            context.Refuse("#/expiresAt", "past", "must be in the future");

        return this;
    }

    private static bool IsScope(string scope, EntityCatalog catalog) => scope.Split(':') switch
    {
        [RoleGrants.Any, "read" or "write"] => true,
        [var collection, "read" or "write"] => catalog.Exposed(collection) is not null,
        [var special] => Enum.GetNames<SpecialGrant>().Any(name => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(name) == special),
        _ => false,
    };
}
