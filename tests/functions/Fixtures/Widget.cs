using Crm.Entities;
using Crm.Entities.Schema;

namespace Crm.Tests.Fixtures;

public enum WidgetState
{
    New,
    Tested,
    Shipped,
    Scrapped,
}

/// <summary>
/// An entity that only the tests have: one record, one catalog line (in <see cref="CrmApp"/>), one sample. That every theory over the catalog
/// passes for it shows that an entity needs nothing else.
/// </summary>
public sealed record Widget : Entity
{
    [Unique, Sortable] public required string Name { get; init; }

    public string? Colour { get; init; }

    [Number(2, Min = 0, AboveMin = true), Sortable] public decimal? Weight { get; init; }

    [Sortable] public DateOnly? MadeOn { get; init; }

    public DateTimeOffset? CheckedAt { get; init; }

    public bool Fragile { get; init; }

    [Reference("accounts")] public string? MakerId { get; init; }

    [Reference("widgets", Acyclic = true)] public string? PartOfId { get; init; }

    [Moves("new -> tested, scrapped", "tested -> shipped, scrapped", "scrapped -> new by recycle")]
    public WidgetState State { get; init; } = WidgetState.New;
}
