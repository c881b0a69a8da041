using System.Text;
using System.Text.Json;

namespace Crm.Local.Cosmos.Query;

/// <summary>Makes one page of a query.</summary>
internal sealed class QueryRun(QueryBlock block, Frame frame, QueryRequest request, Continuation? after, string mark) : IDisposable
{
    // How many more items, or entries of an index, a full page reads to learn whether there is another row; then it says there may be one.
    private const int MostItemsPeeked = 100;
    private const int MostEntriesPeeked = 2000;

    // The service's limit for one answer; a page ends with the row that passes it.
    private const int LargestPage = 4 * 1024 * 1024;

    private readonly int _most = request.MaxItems > 0 ? request.MaxItems : 1000;
    private readonly long _take = QueryBlock.Count(block.Take, frame, long.MaxValue);
    private readonly ValueWriter _page = new();

    // A page ends on a row, so what OFFSET skips lies before the first page's end.
    private readonly long _skip = after is null ? QueryBlock.Count(block.Skip, frame, 0) : 0;
    private readonly Access _access = new();
    private Continuation? _next;

    /// <summary>Without GROUP BY, aggregates make one row: there is nothing to order.</summary>
    private bool OrdersRows => !block.IsGrouped || block.GroupBy.Count > 0;

    private long Taken => (after?.Taken ?? 0) + _page.Count;

    private bool IsFull => _page.Count == _most || _page.Bytes > LargestPage;

    public QueryPage Page(IItemReader items, int few)
    {
        CheckOrder(items.Shape);
        if (request.Resume is { } resume && (block.IsOfManyItems || resume.Keys.Length != block.OrderBy.Count)) throw Errors.Continuation();
        if (Taken < _take)
        {
            var narrowing = new Narrowing(block, frame, request.Range, items.Shape, isAsked: few > 0);
            var planner = new AccessPlanner(block, narrowing, items, _access, few);
            if (block.Sources.Count == 0) Complete([]);
            else if (block.IsOfManyItems) Complete(planner.InAnyOrder());
            else if (block.OrderBy.Count == 0) Stream(planner.InScanOrder(after));
            else Order(planner);
        }

        return new QueryPage(_page.Written, _page.Count, _next?.Write(mark), _access.ItemsRead, _access.EntriesRead);
    }

    public void Dispose() => _page.Dispose();

    /// <summary>What is ordered after it was grouped, or by what a JOIN makes, no index could order.</summary>
    private void CheckOrder(ContainerShape shape)
    {
        if (shape.Order is not { } index || block.OrderBy.Count == 0 || block.IsGrouped || !block.OneRowAnItem) return;
        var paths = new Paths(block);
        var order = block.OrderBy.Select(ordering => (Path: paths.Of(ordering.Value), ordering.Descending)).ToList();
        if (order.TrueForAll(entry => entry.Path is not null)) index.Check(order!);
    }

    /// <summary>Rows come in their order where an index has it, unless that takes so long to fill a page that sorting may be faster.</summary>
    private void Order(AccessPlanner planner)
    {
        var walk = planner.InSortOrder(after, isQuick: true);
        if (walk is not null)
        {
            if (Stream(walk)) return;
            _page.Clear();
            walk = planner.InSortOrder(after, isQuick: false);
        }

        if (walk is null) Sort(planner.InAnyOrder());
        else Stream(walk);
    }

    /// <summary>Answers rows in the order they come in, and stops when the page is full.</summary>
    /// <returns>False when the items were cut short before the page was full.</returns>
    private bool Stream(OrderedItems source)
    {
        Check(source.Order);
        byte[] KeyOf(in StoredItem item, ReadOnlyMemory<byte> key) =>
            source.Order == Continuation.PartitionOrder ? Encoding.ASCII.GetBytes(item.Epk) : key.ToArray();

        var skipped = 0L;
        var peeked = 0;
        Continuation? last = null;
        foreach (var (item, key) in source.Items)
        {
            if (last is not null && ++peeked > MostItemsPeeked)
            {
                _next = last;
                return true;
            }

            using var document = Open(item);
            var ordinal = -1;
            foreach (var bound in block.Bindings(frame))
            {
                ordinal++;
                if (after is not null && item.Rid == after.Rid && ordinal <= after.Ordinal) continue;
                if (request.Resume is not null && IsBeforeResume(block.SortKeys(bound), item.Rid)) continue;
                var row = block.Projection.Evaluate(bound);
                if (!row.IsDefined || skipped++ < _skip) continue;
                if (IsFull)
                {
                    _next = last;
                    return true;
                }

                _page.Add(row);
                if (Taken == _take) return true;
                if (!IsFull) continue;
                last = new Continuation(source.Order, [KeyOf(item, key)], item.Rid, block.OneRowAnItem ? -1 : ordinal, Taken);
                _access.Allow(MostEntriesPeeked);
            }
        }

        if (_access.IsCut) _next = last;
        return last is not null || !_access.IsCut;
    }

    /// <summary>Keeps the first rows by ORDER BY of all there are, as many as the page needs.</summary>
    private void Sort(IEnumerable<StoredItem> items)
    {
        Check(Continuation.SortOrder);
        var most = (int)Math.Min(_skip + Math.Min(_most, _take) + 1, int.MaxValue);
        var order = new RowOrder(block);
        var kept = new PriorityQueue<Value, Place>(order.Reversed);
        var start = after is null ? null : new Place(after.Keys, after.Rid, after.Ordinal, []);
        foreach (var item in items)
        {
            // A row that is kept points into its document, which is given back to the pool only when none is.
            var document = Open(item);
            var isKept = false;
            var ordinal = -1;
            foreach (var bound in block.Bindings(frame))
            {
                var place = new Place(block.SortKeys(bound), item.Rid, ++ordinal, []);
                if (start is not null && order.Compare(place, start) <= 0) continue;
                if (request.Resume is not null && IsBeforeResume(place.Keys, item.Rid)) continue;
                if (kept.Count == most && kept.TryPeek(out _, out var worst) && order.Compare(place, worst) > 0) continue;
                var row = block.Projection.Evaluate(bound);
                if (!row.IsDefined) continue;
                kept.Enqueue(row, place);
                isKept = true;
                if (kept.Count > most) kept.Dequeue();
            }

            if (!isKept) document.Dispose();
        }

        var sorted = new List<(Place Place, Value Row)>(kept.Count);
        while (kept.TryDequeue(out var row, out var place)) sorted.Add((place, row));
        sorted.Reverse();
        Answer(sorted, Continuation.SortOrder);
    }

    /// <summary>
    /// Groups and distinct rows need all items for any row: the whole result is made for each page, in an order of its own (ORDER BY, then
    /// the row or group itself) in which pages go on.
    /// </summary>
    private void Complete(IEnumerable<StoredItem> items)
    {
        Check(Continuation.ValueOrder);
        var order = new RowOrder(block);
        var rows = new Dictionary<byte[], (Place Place, Value Row)>(ByteOrder.Instance);
        var alike = new Dictionary<byte[], int>(ByteOrder.Instance);
        var bindings = block.Sources.Count == 0 ? block.Bindings(frame) : block.Bindings(
            items.Select(item =>
            {
                Open(item);
                return frame;
            }),
            frame);
        foreach (var bound in block.IsGrouped ? block.Group(bindings, frame) : bindings)
        {
            var row = block.Projection.Evaluate(bound);
            if (!row.IsDefined) continue;
            var tie = block.IsGrouped && !block.IsDistinct ? block.GroupKey(bound) : RowKey.Of(row);
            // Rows of a subquery's rows may be alike and are all wanted: they are told apart by number.
            if (!block.IsGrouped && !block.IsDistinct) tie = Numbered(tie);
            var place = new Place(OrdersRows ? block.SortKeys(bound) : [], 0, 0, tie);
            if (!rows.TryGetValue(tie, out var same) || order.Compare(place, same.Place) < 0) rows[tie] = (place, row);
        }

        var start = after is null ? null : new Place(after.Keys[..^1], 0, 0, after.Keys[^1]);
        Answer([.. rows.Values.Where(row => start is null || order.Compare(row.Place, start) > 0).OrderBy(row => row.Place, order)], Continuation.ValueOrder);

        byte[] Numbered(byte[] tie) => [.. tie, .. IndexKey.Of(alike[tie] = alike.GetValueOrDefault(tie) + 1)];
    }

    private void Answer(List<(Place Place, Value Row)> rows, string order)
    {
        for (var i = (int)Math.Min(_skip, rows.Count); i < rows.Count; i++)
        {
            if (IsFull)
            {
                var last = rows[i - 1].Place;
                _next = new Continuation(order, order == Continuation.ValueOrder ? [.. last.Keys, last.Tie] : last.Keys, last.Rid, last.Ordinal, Taken);
                return;
            }

            _page.Add(rows[i].Row);
            if (Taken == _take) return;
        }
    }

    private bool IsBeforeResume(byte[][] keys, long rid)
    {
        var order = block.CompareKeys(keys, request.Resume!.Keys);
        if (order != 0) return order < 0;
        return request.Resume.Rid is { } first ? (block.OrderBy[0].Descending ? rid > first : rid < first) : request.Resume.Excludes;
    }

    private JsonDocument Open(in StoredItem item)
    {
        _access.ItemsRead++;
        var document = JsonDocument.Parse(item.Json);
        frame.Item = Value.From(document.RootElement);
        return document;
    }

    /// <summary>A token of this query that names another order than it has was made up.</summary>
    private void Check(string order)
    {
        if (after is not null && after.Order != order) throw Errors.Continuation();
        var keys = order switch
        {
            Continuation.SortOrder => block.OrderBy.Count,
            Continuation.ValueOrder => (OrdersRows ? block.OrderBy.Count : 0) + 1,
            _ => 1,
        };
        if (after is not null && after.Keys.Length != keys) throw Errors.Continuation();
    }
}
