namespace Crm.Local.Cosmos.Query;

/// <summary>Tells which path of the item an expression reads, if it reads one.</summary>
internal sealed class Paths(QueryBlock block)
{
    private readonly Dictionary<int, Source> _sources = block.Sources.ToDictionary(source => source.Slot);

    /// <summary>The same with the aliases of a subquery known as well.</summary>
    public Paths With(QueryBlock subquery)
    {
        var paths = new Paths(block);
        foreach (var (slot, source) in _sources) paths._sources.TryAdd(slot, source);
        foreach (var source in subquery.Sources) paths._sources.TryAdd(source.Slot, source);
        return paths;
    }

    /// <summary>As <see cref="ContainerShape.IndexedPaths"/> spells it; null when it is none.</summary>
    public string? Of(Expression expression) => Segments(expression) is { Count: > 0 } segments ? IndexPath.Spell(segments) : null;

    /// <summary>The path of the elements of an array.</summary>
    public string? OfElements(Expression array) => Segments(array) is { Count: > 0 } segments ? IndexPath.Spell([.. segments, IndexPath.Elements]) : null;

    /// <summary>What an alias of a bare subquery stands for (<c>JOIN (SELECT VALUE EXISTS(…)) AS v0 WHERE v0</c>, as LINQ writes Any).</summary>
    public Expression Inlined(Expression expression) =>
        expression is AliasReference { Slot: var slot } && _sources.TryGetValue(slot, out var source) && source.Query is { IsBare: true } query
            ? query.Projection
            : expression;

    private List<string>? Segments(Expression expression)
    {
        switch (expression)
        {
            case ItemReference:
                return [];
            case Member { Name: IndexPath.Elements }:
                // A property with the name of the sign for elements: no path can be said to mean it.
                return null;
            case Member member when Segments(member.Target) is { } target:
                target.Add(member.Name);
                return target;
            case AliasReference { Slot: var slot } when _sources.TryGetValue(slot, out var source) && source.Value is { } value:
                var segments = Segments(value);
                if (source.Iterates) segments?.Add(IndexPath.Elements);
                return segments;
            default:
                return null;
        }
    }
}
