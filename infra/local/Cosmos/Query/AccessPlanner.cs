using System.Text;

namespace Crm.Local.Cosmos.Query;

/// <summary>Items in an order a continuation can name.</summary>
/// <param name="Items">Each with its key in that order, when it is that of an index.</param>
internal sealed record OrderedItems(string Order, IEnumerable<(StoredItem Item, ReadOnlyMemory<byte> Key)> Items);

/// <summary>
/// Chooses how the items of a query are come by. It may give more than the query matches, never fewer: the interpreter checks every row.
/// Point look-ups come first, then an index range of few entries, the index in the order of ORDER BY, what several equalities have in
/// common, the smallest index range, the partition. Whatever an index can rule out is ruled out before an item is read.
/// </summary>
internal sealed class AccessPlanner
{
    // A query that began in partition order must go on in it: a range that has grown meanwhile is still read whole up to this.
    private const int GrowthOnResume = 4;

    // How many entries of the sort's index are looked at, for each of the few, before a page is given up that way …
    private const int QuickWalk = 50;

    // … and read whole and sorted instead when the rarest range has no more entries than this, for each of the few.
    private const int GrowthOfSort = 10;

    private readonly QueryBlock _block;
    private readonly Narrowing _narrowing;
    private readonly IItemReader _items;
    private readonly Access _access;
    private readonly IndexScan _index;
    private readonly int _few;

    /// <summary>Each path of which it is said which few values it has.</summary>
    private readonly Dictionary<PathRanges, KeySet> _sets = [];

    /// <summary>The rids of the smallest range, when it has fewer entries than the limit they were last collected for.</summary>
    private (int Limit, List<long>? Rids) _collected;

    /// <param name="few">An index range of fewer entries is read whole.</param>
    public AccessPlanner(QueryBlock block, Narrowing narrowing, IItemReader items, Access access, int few)
    {
        (_block, _narrowing, _items, _access, _few) = (block, narrowing, items, access, few);
        _index = new IndexScan(items, access, narrowing.Prefix);
        foreach (var path in narrowing.Indexed)
            if (KeySet.Of(path, narrowing.Prefix, items, access) is { } set) _sets.Add(path, set);
    }

    /// <summary>For a query without ORDER BY.</summary>
    public OrderedItems InScanOrder(Continuation? after)
    {
        if (after is { Order: not Continuation.PartitionOrder }) return Resume(after);
        if (_narrowing.IsNothing || _narrowing.Points is not null || Collect(after is null ? _few : GrowthOnResume * _few))
            return new OrderedItems(Continuation.PartitionOrder, InPartitionOrder(after));
        if (after is null && !_narrowing.IsOnePartition)
        {
            if (_sets.Count > 0) return ByRid(null);
            if (Smallest(_few).Path is { } smallest && IsStream(smallest)) return ByIndex(smallest, null);
        }

        return new OrderedItems(Continuation.PartitionOrder, ByPartition(after));
    }

    /// <summary>For a query with ORDER BY: null when its rows are better collected and sorted, or have to be.</summary>
    /// <param name="isQuick">Ends cut short where it reads too many entries for the rows it finds; not to be had again then.</param>
    public OrderedItems? InSortOrder(Continuation? after, bool isQuick)
    {
        _access.Allow(null);
        if (_block.OrderBy is not [var ordering] || _narrowing.PathOf(ordering.Value) is not { } path) return null;
        if (_narrowing.IsNothing || _narrowing.Points is not null || _narrowing.IsOnePartition) return null;
        // Items without the path have no entry, so the condition must rule them out; an alias of a JOIN has more values than one.
        if (_narrowing.Indexed.FirstOrDefault(one => one.Path == path && !one.IsOfElements) is not { } walked) return null;
        if (Collect(isQuick ? _few : GrowthOfSort * _few)) return null;
        if (isQuick && _sets.Count > 0) _access.Allow(QuickWalk * _few);
        return new OrderedItems(Continuation.SortOrder, Walk(walked, ordering.Descending, after));
    }

    /// <summary>All of them, each once.</summary>
    public IEnumerable<StoredItem> InAnyOrder()
    {
        if (_narrowing.IsNothing) return [];
        if (_narrowing.Points is { } points) return Find(points);
        if (_collected.Rids is not null || Collect(_few)) return Read(_collected.Rids!);
        if (_narrowing.IsOnePartition) return _items.ByPartition(_narrowing.Range, null);
        if (_sets.Count > 0) return Read(Common(0));
        return Smallest(_few).Path is { } smallest
            ? Read(_index.Walk(smallest, descending: false, null, []).Select(position => position.Rid).Distinct())
            : _items.ByPartition(_narrowing.Range, null);
    }

    /// <summary>Whether an index tells that there are few; then they are known, still without the items themselves.</summary>
    private bool Collect(int limit)
    {
        if (_collected.Limit == limit) return _collected.Rids is not null;
        var (smallest, fewest) = Smallest(limit);
        _collected = (limit, smallest is null || fewest >= limit ? null : [.. _index
            .Walk(smallest, descending: false, null, _sets.Where(set => set.Key != smallest).Select(set => set.Value))
            .Select(position => position.Rid).Distinct()]);
        return _collected.Rids is not null;
    }

    private (PathRanges? Path, int Entries) Smallest(int limit)
    {
        var (smallest, fewest) = ((PathRanges?)null, int.MaxValue);
        foreach (var candidate in _narrowing.Indexed)
        {
            var count = _index.CountUpTo(candidate, Math.Min(limit, fewest));
            if (count < fewest) (smallest, fewest) = (candidate, count);
        }

        return (smallest, fewest);
    }

    /// <summary>Whether a range gives each item once, so that pages need not know those before them.</summary>
    private bool IsStream(PathRanges candidate) =>
        !_narrowing.IsOnePartition && (!candidate.IsOfElements || candidate.Ranges is [{ IsOneKey: true }]);

    private OrderedItems Resume(Continuation after)
    {
        if (after.Order == Continuation.RidOrder && _sets.Count > 0) return ByRid(after);
        return _narrowing.Indexed.FirstOrDefault(one => one.Path == after.Order && IsStream(one)) is { } candidate
            ? ByIndex(candidate, after)
            : throw Errors.Continuation();
    }

    private OrderedItems ByRid(Continuation? after) => new(
        Continuation.RidOrder,
        Read(Common(after is null ? 0 : after.RidBefore(descending: false) + 1)).Select(item => (item, ReadOnlyMemory<byte>.Empty)));

    private OrderedItems ByIndex(PathRanges path, Continuation? after) => new(path.Path, Walk(path, descending: false, after));

    private IEnumerable<long> Common(long from) => KeySet.Common([.. _sets.Values], from, _access);

    private IEnumerable<(StoredItem Item, ReadOnlyMemory<byte> Key)> Walk(PathRanges path, bool descending, Continuation? after)
    {
        // Asked first, what is rare spares asking for the others.
        var sets = _sets.Where(set => set.Key != path).Select(set => set.Value).OrderByDescending(set => set.Rarity());
        foreach (var position in _index.Walk(path, descending, after, sets))
            if (Read(position.Rid) is { } item) yield return (item, position.Key);
    }

    private IEnumerable<(StoredItem Item, ReadOnlyMemory<byte> Key)> InPartitionOrder(Continuation? after)
    {
        if (_narrowing.IsNothing) return [];
        var start = Position(after);
        var items = _narrowing.Points is { } points
            ? Find(points).OrderBy(item => item.Epk, StringComparer.Ordinal).ThenBy(item => item.Rid).SkipWhile(item => IsBefore(item.Epk, item.Rid))
            : Read(_collected.Rids!
                .Select(rid => (Epk: EpkOf(rid), Rid: rid))
                .Where(place => place.Epk is not null)
                .OrderBy(place => place.Epk, StringComparer.Ordinal).ThenBy(place => place.Rid)
                .SkipWhile(place => IsBefore(place.Epk!, place.Rid))
                .Select(place => place.Rid));
        return items.Select(item => (item, ReadOnlyMemory<byte>.Empty));

        bool IsBefore(string epk, long rid) => start is { } position
            && string.CompareOrdinal(epk, position.Epk) is var order && (order < 0 || (order == 0 && rid <= position.Rid));
    }

    private IEnumerable<(StoredItem Item, ReadOnlyMemory<byte> Key)> ByPartition(Continuation? after) =>
        _items.ByPartition(_narrowing.Range, Position(after)).Select(item => (item, ReadOnlyMemory<byte>.Empty));

    private static PartitionPosition? Position(Continuation? after) =>
        after is null ? null : new PartitionPosition(Encoding.ASCII.GetString(after.Keys[0]), after.RidBefore(descending: false));

    private IEnumerable<StoredItem> Find(IEnumerable<(string Epk, string Id)> points) =>
        points.Select(point => _items.Find(point.Epk, point.Id)).OfType<StoredItem>();

    private IEnumerable<StoredItem> Read(IEnumerable<long> rids) => rids.Select(Read).OfType<StoredItem>();

    private StoredItem? Read(long rid) =>
        _items.Item(rid) is { } item && PartitionPins.Contains(_narrowing.Range, item.Epk) ? item : null;

    private string? EpkOf(long rid)
    {
        _access.EntriesRead++;
        return _items.EpkOf(rid);
    }
}
