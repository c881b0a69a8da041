using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Crm.Entities.Schema;
using Crm.Entities.Writing;

namespace Crm.Entities.Types;

/// <summary>The collections a segment can be of, by their names.</summary>
public enum SegmentEntity
{
    Accounts,
    Contacts,
    Customers,
    Leads,
}

public enum SegmentKind
{
    Static,
    Dynamic,
}

/// <summary>A choice of records: a list of them, or the condition they meet.</summary>
public sealed record Segment : Entity
{
    /// <summary>A record holds its members, and its history holds them before and after each change.</summary>
    private const int MostMembers = 1000;

    [Unique, Sortable] public required string Name { get; init; }

    [Sortable] public required SegmentEntity Entity { get; init; }

    /// <summary>By default dynamic where there is a filter, else static.</summary>
    [Sortable] public SegmentKind? Kind { get; init; }

    /// <summary>In the language of lists; of dynamic segments only.</summary>
    [StringLength(8000), NotFilterable] public string? Filter { get; init; }

    /// <summary>Ids of static segments. Only their form is checked: a member may be deleted, and then counts for nothing.</summary>
    [MaxLength(MostMembers), NotFilterable] public IReadOnlyList<string> MemberIds { get; init; } = [];

    /// <summary>How many members are listed; absent from dynamic segments until they are counted.</summary>
    [ServerSet, Sortable] public int? EstimatedSize { get; init; }

    protected internal override Entity WithDefaults(WriteContext context) =>
        this with { Kind = Kind ?? (Filter is null ? SegmentKind.Static : SegmentKind.Dynamic) };

    protected internal override Entity Complete(WriteContext context)
    {
        if (Kind == SegmentKind.Dynamic)
            CheckFilter(context);
        else
            CheckMembers(context);

        return this with { EstimatedSize = Kind == SegmentKind.Static ? MemberIds.Count : null };
    }

    private void CheckFilter(WriteContext context)
    {
        if (MemberIds.Count > 0)
            context.Refuse("#/memberIds", "not-allowed", "a dynamic segment has a filter, and no listed members");
        if (Filter is null)
            context.Refuse("#/filter", "required", "is required for a dynamic segment");
        else if (context.Before is not Segment before || before.Filter != Filter || before.Entity != Entity)
            context.CheckFilter("#/filter", JsonNamingPolicy.CamelCase.ConvertName(Entity.ToString()), Filter);
    }

    private void CheckMembers(WriteContext context)
    {
        if (Filter is not null)
            context.Refuse("#/filter", "not-allowed", "a static segment lists its members, and has no filter");

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (member, index) in MemberIds.Select((member, index) => (member, index)))
        {
            if (!References.IsId(member))
                context.Refuse($"#/memberIds/{index}", "format", "is no record id");
            else if (!seen.Add(member))
                context.Refuse($"#/memberIds/{index}", "duplicate-element", "another element of the list has the same value");
        }
    }
}
