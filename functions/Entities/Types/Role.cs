using System.ComponentModel.DataAnnotations;
using Crm.Entities.Schema;
using Crm.Platform.Auth;

namespace Crm.Entities.Types;

/// <summary>What users who have it may do.</summary>
public sealed record Role : Entity
{
    [Unique, Sortable] public required string Name { get; init; }

    /// <summary>What is not granted is refused.</summary>
    [MaxLength(100)] public IReadOnlyList<EntityGrant> Grants { get; init; } = [];

    /// <summary>Fields with rules of their own; all others follow the grant of their entity.</summary>
    [MaxLength(500)] public IReadOnlyList<FieldGrant> Fields { get; init; } = [];

    [MaxLength(20)] public IReadOnlyList<SpecialGrant> Special { get; init; } = [];

    /// <summary>Every new tenant has it. It is never changed or deleted, and nobody changes their own roles: so somebody always has it.</summary>
    public const string Administrator = "administrator";

    /// <summary>Every record has them, whoever reads it.</summary>
    private static readonly string[] AlwaysRead = ["id", "type", "version", "etag"];

    /// <summary>As the policy asks it.</summary>
    internal RoleGrants ToGrants() => new(
        Id,
        Name,
        Grants.ToDictionary(grant => grant.Entity, grant => new CollectionGrant(grant.Read, grant.Create ? GrantScope.All : GrantScope.None, grant.Update, grant.Delete, grant.Export)),
        Fields.ToDictionary(field => (field.Entity, field.Field), field => new FieldRule(field.Read, field.Write)),
        // Administrators also have what came after their tenant was made.
        (Id == Administrator ? Enum.GetValues<SpecialGrant>() : Special).ToHashSet());

    protected internal override string? WhyNotDelete() => Id == Administrator ? "The role of administrators is kept: somebody has to have it." : null;

    protected internal override Entity Complete(WriteContext context)
    {
        if (context.Before is Role before && (before.Id == Administrator || !context.Caller.Permissions.Cover(before.ToGrants())))
            context.Forbid("#", before.Id == Administrator ? "the role of administrators stays as it is" : "the role has rights that you do not have");

        foreach (var (grant, index) in Grants.Select((grant, index) => (grant, index)))
        {
            if (grant.Entity != RoleGrants.Any)
                Known(context, grant.Entity, $"#/grants/{index}/entity");
        }

        var named = new HashSet<(string, string)>();
        foreach (var (grant, index) in Fields.Select((grant, index) => (grant, index)))
        {
            if (Known(context, grant.Entity, $"#/fields/{index}/entity") is { } type && !type.Fields.ContainsKey(grant.Field))
                context.Refuse($"#/fields/{index}/field", "no-such-field", $"'{grant.Field}' is no field of {grant.Entity}");
            if (!named.Add((grant.Entity, grant.Field)))
                context.Refuse($"#/fields/{index}", "duplicate-element", "another element of the list names the same field");
            if (!grant.Read && AlwaysRead.Contains(grant.Field))
                context.Refuse($"#/fields/{index}/read", "always-read", $"'{grant.Field}' is in every answer");
        }

        if (context.Errors.Count == 0 && !context.Caller.Permissions.Cover(ToGrants()))
            context.Forbid("#/grants", "nobody grants more than they have themselves");

        return this with { Special = [.. Special.Distinct()] };
    }

    private static EntityType? Known(WriteContext context, string collection, string pointer)
    {
        if (context.Catalog.Exposed(collection) is { } type)
            return type;

        context.Refuse(pointer, "no-such-collection", $"there is no collection '{collection}'");
        return null;
    }
}

/// <summary>What a role may do with the records of one collection.</summary>
public sealed record EntityGrant
{
    /// <summary>The collection's name, or <c>*</c> for all that the role does not name.</summary>
    [ElementKey] public required string Entity { get; init; }

    public bool Create { get; init; }

    public GrantScope Read { get; init; }

    public GrantScope Update { get; init; }

    public GrantScope Delete { get; init; }

    public GrantScope Export { get; init; }
}

/// <summary>What a role may do with one field.</summary>
public sealed record FieldGrant
{
    /// <summary>The collection's name.</summary>
    public required string Entity { get; init; }

    public required string Field { get; init; }

    public bool Read { get; init; }

    public bool Write { get; init; }
}
