using System.ComponentModel.DataAnnotations;
using Crm.Entities.Schema;

namespace Crm.Entities.Types;

/// <summary>Whose records a grant covers.</summary>
public enum GrantScope
{
    None,
    Own,
    Team,

    /// <summary>The user's teams and those below them.</summary>
    TeamTree,
    All,
}

public enum SpecialGrant
{
    ManageUsers,
    ManageSchema,
    Import,
    MassUpdate,
    ViewHistory,
    ErasePersonalData,
    ManageWebhooks,
    OverrideDuplicates,
}

/// <summary>What users who have it may do.</summary>
public sealed record Role : Entity
{
    [Unique, Sortable] public required string Name { get; init; }

    /// <summary>What is not granted is refused.</summary>
    [MaxLength(100)] public IReadOnlyList<EntityGrant> Grants { get; init; } = [];

    /// <summary>Fields with rules of their own; all others follow the grant of their entity.</summary>
    [MaxLength(500)] public IReadOnlyList<FieldGrant> Fields { get; init; } = [];

    [MaxLength(20)] public IReadOnlyList<SpecialGrant> Special { get; init; } = [];

    protected internal override Entity Complete(WriteContext context)
    {
        foreach (var (grant, index) in Grants.Select((grant, index) => (grant, index)))
            Known(context, grant.Entity, $"#/grants/{index}/entity");

        var named = new HashSet<(string, string)>();
        foreach (var (grant, index) in Fields.Select((grant, index) => (grant, index)))
        {
            if (Known(context, grant.Entity, $"#/fields/{index}/entity") is { } type && !type.Fields.ContainsKey(grant.Field))
                context.Refuse($"#/fields/{index}/field", "no-such-field", $"'{grant.Field}' is no field of {grant.Entity}");
            if (!named.Add((grant.Entity, grant.Field)))
                context.Refuse($"#/fields/{index}", "duplicate-element", "another element of the list names the same field");
        }

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
    /// <summary>The collection's name.</summary>
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
