using System.Text;

namespace Crm.Local.Cosmos.Query;

/// <summary>What has been read for a page, for its charge.</summary>
internal sealed class Access
{
    public int ItemsRead { get; set; }

    public int EntriesRead { get; set; }
}

/// <summary>Items in an order a continuation can name.</summary>
/// <param name="Items">Each with its key in that order, when it is that of an index.</param>
internal sealed record OrderedItems(string Order, IEnumerable<(StoredItem Item, ReadOnlyMemory<byte> Key)> Items);

/// <summary>
/// Chooses how the items of a query are come by. It may give more than the query matches, never fewer: the interpreter checks every row.
/// Point look-ups come first, then an index range of few entries (in memory), the index in the order of ORDER BY, the smallest index
/// range, the partition.
/// </summary>
internal sealed class AccessPlanner
{
    // A query that began in partition order must go on in it: a range that has grown meanwhile is still read whole up to this.
    private const int GrowthOnResume = 4;

    // More combinations than this are not worked out: one of the two statements is enough.
    private const int MostCombinations = 10_000;

    private readonly QueryBlock _block;
    private readonly int _few;
    private readonly IItemReader _items;
    private readonly IndexScan _index;
    private readonly Paths _paths;
    private readonly PartitionPins _pins;
    private readonly EpkRange _range;

    /// <summary>What is said of paths that have one value an item, all of it together.</summary>
    private readonly Dictionary<string, IReadOnlyList<KeyRange>> _ranges = new(StringComparer.Ordinal);

    /// <summary>What could be read by an index.</summary>
    private readonly List<PathRanges> _indexed = [];

    private readonly List<(string Epk, string Id)>? _points;

    /// <summary>The smallest range, as last counted.</summary>
    private (int Limit, PathRanges? Smallest, int Fewest) _probed = (-1, null, 0);

    /// <param name="few">A range of fewer entries is read whole; of none, when nothing is to be narrowed.</param>
    public AccessPlanner(QueryBlock block, Frame frame, EpkRange range, IItemReader items, Access access, int few)
    {
        var narrow = few > 0;
        _few = few;
        _block = block;
        _items = items;
        _paths = new Paths(block);
        _pins = new PartitionPins(items.Shape, range);
        _range = range;
        var predicates = new Predicates(frame);
        IReadOnlyList<PathRanges> stated = narrow ? [.. predicates.Read(block.Where, _paths)] : [];
        foreach (var one in stated.Where(one => !one.IsOfElements)) Restrict(_ranges, one);
        _range = _pins.Narrow(_ranges);
        if (narrow) _points = Points(predicates);
        var prefix = narrow ? _pins.IndexPrefix(_ranges) : null;
        _index = new IndexScan(items, access, _range, prefix ?? "");
        // The items of one record are fewer than any index could make of them; a container of one level may hold many below one key.
        if (prefix is null || (prefix.Length > 0 && _pins.IsOnePartition(_range))) return;
        _indexed.AddRange(_ranges.Select(entry => new PathRanges(entry.Key, entry.Value)).Concat(stated.Where(one => one.IsOfElements))
            .Where(one => items.Shape.IndexedPaths.Contains(one.Path))
            // The prefix of the index says these already.
            .Where(one => !items.Shape.PartitionKeyPaths.SkipLast(1).Contains(one.Path)));
    }

    private bool IsNothing => string.CompareOrdinal(_range.Start, _range.End) >= 0 || _ranges.Values.Any(ranges => ranges.Count == 0);

    /// <summary>For a query without ORDER BY.</summary>
    public OrderedItems InScanOrder(Continuation? after)
    {
        if (after is { Order: not Continuation.PartitionOrder }) return Resume(after);
        if (Few(after is null ? _few : GrowthOnResume * _few, out var smallest) is { } few)
            return new OrderedItems(Continuation.PartitionOrder, InPartitionOrder(few, after));
        if (after is null && smallest is not null && IsStream(smallest))
            return new OrderedItems(smallest.Path, _index.Walk(smallest, descending: false, null));
        return new OrderedItems(Continuation.PartitionOrder, ByPartition(after));
    }

    /// <summary>For a query with ORDER BY: null when its rows are better collected and sorted, or have to be.</summary>
    public OrderedItems? InSortOrder(Continuation? after)
    {
        if (_block.OrderBy is not [var ordering] || _paths.Of(ordering.Value) is not { } path || _pins.IsOnePartition(_range)) return null;
        // Items without the path have no entry, so the condition must rule them out; an alias of a JOIN has more values than one.
        if (_indexed.Find(one => one.Path == path && !one.IsOfElements) is not { } walked || Few(_few, out _) is not null) return null;
        return new OrderedItems(Continuation.SortOrder, _index.Walk(walked, ordering.Descending, after));
    }

    /// <summary>All of them, each once.</summary>
    public IEnumerable<StoredItem> InAnyOrder()
    {
        if (Few(_few, out var smallest) is { } few) return few;
        return smallest is null || _pins.IsOnePartition(_range)
            ? _items.ByPartition(_range, null)
            : _index.Walk(smallest, descending: false, null).Select(entry => entry.Item).DistinctBy(item => item.Rid);
    }

    private static void Restrict(Dictionary<string, IReadOnlyList<KeyRange>> ranges, PathRanges more)
    {
        var known = ranges.GetValueOrDefault(more.Path);
        if (known is not null && (long)known.Count * more.Ranges.Count > MostCombinations) return;
        ranges[more.Path] = known is not null
            ? KeyRange.Merge(known.SelectMany(range => more.Ranges.Select(other => range.Intersect(other))))
            : more.Ranges;
    }

    /// <summary>The query itself as look-ups, or one of its ORs: ReadMany asks for hundreds of items that way.</summary>
    private List<(string Epk, string Id)>? Points(Predicates predicates)
    {
        if (_pins.Points(_ranges) is { } one) return one;
        var or = _block.Where is AndOperator and ? and.Operands.OfType<OrOperator>().FirstOrDefault() : _block.Where as OrOperator;
        if (or is null) return null;
        var points = new List<(string, string)>();
        foreach (var alternative in or.Operands)
        {
            var ranges = new Dictionary<string, IReadOnlyList<KeyRange>>(_ranges, StringComparer.Ordinal);
            foreach (var stated in predicates.Read(alternative, _paths).Where(stated => !stated.IsOfElements)) Restrict(ranges, stated);
            if (_pins.Points(ranges) is not { } more) return null;
            points.AddRange(more);
        }

        return points;
    }

    /// <summary>
    /// All the items there can be, when that is known to be few; otherwise the index range that has the fewest entries, if any.
    /// </summary>
    private IEnumerable<StoredItem>? Few(int limit, out PathRanges? smallest)
    {
        smallest = null;
        if (IsNothing) return [];
        if (_points is not null)
        {
            return _points.Distinct().Where(point => _pins.IsInRequest(point.Epk))
                .Select(point => _items.Find(point.Epk, point.Id)).OfType<StoredItem>();
        }

        if (_probed.Limit != limit) _probed = Probe(limit);
        (_, smallest, var fewest) = _probed;
        return fewest < limit ? _index.Walk(smallest!, descending: false, null).Select(entry => entry.Item).DistinctBy(item => item.Rid) : null;
    }

    private (int Limit, PathRanges? Smallest, int Fewest) Probe(int limit)
    {
        var (smallest, fewest) = ((PathRanges?)null, int.MaxValue);
        foreach (var candidate in _indexed)
        {
            var count = _index.CountUpTo(candidate, Math.Min(limit, fewest));
            if (count < fewest) (smallest, fewest) = (candidate, count);
        }

        return (limit, smallest, fewest);
    }

    /// <summary>Whether a range gives each item once, so that pages need not know those before them.</summary>
    private bool IsStream(PathRanges candidate) =>
        !_pins.IsOnePartition(_range) && (!candidate.IsOfElements || candidate.Ranges is [{ IsOneKey: true }]);

    private OrderedItems Resume(Continuation after) =>
        _indexed.Find(one => one.Path == after.Order && IsStream(one)) is { } candidate
            ? new OrderedItems(after.Order, _index.Walk(candidate, descending: false, after))
            : throw Errors.Continuation();

    private static IEnumerable<(StoredItem Item, ReadOnlyMemory<byte> Key)> InPartitionOrder(IEnumerable<StoredItem> few, Continuation? after)
    {
        var start = Position(after);
        return few
            .OrderBy(item => item.Epk, StringComparer.Ordinal).ThenBy(item => item.Rid)
            .SkipWhile(item => start is { } position
                && string.CompareOrdinal(item.Epk, position.Epk) is var order && (order < 0 || (order == 0 && item.Rid <= position.Rid)))
            .Select(item => (item, ReadOnlyMemory<byte>.Empty));
    }

    private IEnumerable<(StoredItem Item, ReadOnlyMemory<byte> Key)> ByPartition(Continuation? after) =>
        _items.ByPartition(_range, Position(after)).Select(item => (item, ReadOnlyMemory<byte>.Empty));

    private static PartitionPosition? Position(Continuation? after) =>
        after is null ? null : new PartitionPosition(Encoding.ASCII.GetString(after.Keys[0]), after.RidBefore(descending: false));
}
