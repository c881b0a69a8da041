namespace Crm.Local.Cosmos.Query;

/// <summary>What the condition of a query and the range of its request say of where its rows are. It may leave out, never add.</summary>
internal sealed class Narrowing
{
    // More combinations than this are not worked out: one of the two statements is enough.
    private const int MostCombinations = 10_000;

    private readonly Expression? _where;
    private readonly Paths _paths;
    private readonly PartitionPins _pins;

    /// <summary>What is said of paths that have one value an item, all of it together.</summary>
    private readonly Dictionary<string, IReadOnlyList<KeyRange>> _ranges = new(StringComparer.Ordinal);

    /// <param name="isAsked">False reads nothing from the condition.</param>
    public Narrowing(QueryBlock block, Frame frame, EpkRange requested, ContainerShape shape, bool isAsked)
    {
        _where = block.Where;
        _paths = new Paths(block);
        _pins = new PartitionPins(shape, requested);
        var predicates = new Predicates(frame);
        IReadOnlyList<PathRanges> stated = isAsked ? [.. predicates.Read(_where, _paths)] : [];
        foreach (var one in stated.Where(one => !one.IsOfElements)) Restrict(_ranges, one);
        Range = _pins.Narrow(_ranges);
        if (!isAsked) return;
        Points = ReadPoints(predicates);
        if (_pins.IndexPrefix(_ranges) is not { } prefix) return;
        Prefix = prefix;
        // The items of one record are fewer than any index could make of them; a container of one level may hold many below one key.
        if (prefix.Length > 0 && IsOnePartition) return;
        Indexed = [.. _ranges.Select(entry => new PathRanges(entry.Key, entry.Value)).Concat(stated.Where(one => one.IsOfElements))
            .Where(one => shape.IndexedPaths.Contains(one.Path))
            // The prefix of the index says these already.
            .Where(one => !shape.PartitionKeyPaths.SkipLast(1).Contains(one.Path))];
    }

    /// <summary>Where all rows are.</summary>
    public EpkRange Range { get; }

    /// <summary>Below which the index is read.</summary>
    public string Prefix { get; } = "";

    /// <summary>What could be read by an index: each alone must hold.</summary>
    public IReadOnlyList<PathRanges> Indexed { get; } = [];

    /// <summary>The query itself as look-ups, or one of its ORs: ReadMany asks for hundreds of items that way.</summary>
    public IReadOnlyList<(string Epk, string Id)>? Points { get; }

    public bool IsNothing => string.CompareOrdinal(Range.Start, Range.End) >= 0 || _ranges.Values.Any(ranges => ranges.Count == 0);

    public bool IsOnePartition => _pins.IsOnePartition(Range);

    public string? PathOf(Expression expression) => _paths.Of(expression);

    private static void Restrict(Dictionary<string, IReadOnlyList<KeyRange>> ranges, PathRanges more)
    {
        var known = ranges.GetValueOrDefault(more.Path);
        if (known is not null && (long)known.Count * more.Ranges.Count > MostCombinations) return;
        ranges[more.Path] = known is not null
            ? KeyRange.Merge(known.SelectMany(range => more.Ranges.Select(other => range.Intersect(other))))
            : more.Ranges;
    }

    private List<(string Epk, string Id)>? ReadPoints(Predicates predicates)
    {
        if (_pins.Points(_ranges) is { } one) return InRequest(one);
        var or = _where is AndOperator and ? and.Operands.OfType<OrOperator>().FirstOrDefault() : _where as OrOperator;
        if (or is null) return null;
        var points = new List<(string, string)>();
        foreach (var alternative in or.Operands)
        {
            var ranges = new Dictionary<string, IReadOnlyList<KeyRange>>(_ranges, StringComparer.Ordinal);
            foreach (var stated in predicates.Read(alternative, _paths).Where(stated => !stated.IsOfElements)) Restrict(ranges, stated);
            if (_pins.Points(ranges) is not { } more) return null;
            points.AddRange(more);
        }

        return InRequest(points);

        List<(string Epk, string Id)> InRequest(IEnumerable<(string Epk, string Id)> all) => [.. all.Distinct().Where(point => _pins.IsInRequest(point.Epk))];
    }
}
