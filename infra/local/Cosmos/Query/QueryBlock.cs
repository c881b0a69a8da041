namespace Crm.Local.Cosmos.Query;

/// <summary>One source of a FROM clause: a value, its elements (<c>alias IN value</c>) or the rows of a subquery.</summary>
internal sealed record Source(int Slot, Expression? Value, bool Iterates, QueryBlock? Query)
{
    public IEnumerable<Value> Values(Frame frame)
    {
        if (Query is not null) return Query.Evaluate(frame);
        var value = Value!.Evaluate(frame);
        return Iterates ? value.Elements() : value.IsDefined ? [value] : [];
    }
}

internal sealed record Ordering(Expression Value, bool Descending);

/// <summary>A SELECT with its clauses: the query itself or a subquery.</summary>
internal sealed class QueryBlock
{
    /// <summary>The row: <c>SELECT a, b</c> is an object, <c>SELECT *</c> the first source. A row that is undefined is none.</summary>
    public required Expression Projection { get; init; }

    public required IReadOnlyList<Source> Sources { get; init; }

    public required Expression? Where { get; init; }

    public required IReadOnlyList<Expression> GroupBy { get; init; }

    public required IReadOnlyList<Ordering> OrderBy { get; init; }

    public required IReadOnlyList<AggregateCall> Aggregates { get; init; }

    public required bool IsDistinct { get; init; }

    /// <summary>Of OFFSET.</summary>
    public required Expression? Skip { get; init; }

    /// <summary>Of LIMIT or TOP.</summary>
    public required Expression? Take { get; init; }

    public bool IsGrouped => GroupBy.Count > 0 || Aggregates.Count > 0;

    /// <summary>Whether it is <c>FROM c</c> and nothing more, so that an item is one row or none.</summary>
    public bool OneRowAnItem => Sources is [{ Value: ItemReference, Iterates: false }];

    /// <summary>Whether it is one expression and nothing else: <c>SELECT VALUE x</c>.</summary>
    public bool IsBare => Sources.Count == 0 && Where is null && !IsGrouped && Skip is null && Take is null;

    /// <summary>
    /// Whether a row is made of many items: by grouping, by leaving out what came before, or because the first source is a subquery that does.
    /// </summary>
    public bool IsOfManyItems => IsGrouped || IsDistinct || Inner is { IsOfManyItems: true };

    /// <summary>The subquery in place of the container's items: <c>FROM (SELECT DISTINCT …) AS r</c>.</summary>
    private QueryBlock? Inner => Sources is [{ Query: { } query }, ..] ? query : null;

    /// <summary>The rows of the sources over many items that pass WHERE, as <see cref="Bindings(Frame)"/>.</summary>
    /// <param name="items">The same frame for each item.</param>
    public IEnumerable<Frame> Bindings(IEnumerable<Frame> items, Frame frame)
    {
        if (Inner is not { IsOfManyItems: true } inner) return items.SelectMany(Bindings);
        var bound = inner.Rows(items, frame).SelectMany(row =>
        {
            frame.Slots[Sources[0].Slot] = row;
            return Bind(frame, 1);
        });
        return Where is null ? bound : bound.Where(row => Where.Evaluate(row).IsTrue);
    }

    /// <summary>All rows, for a subquery.</summary>
    public IEnumerable<Value> Evaluate(Frame frame)
    {
        IEnumerable<(Value Row, byte[][] Keys)> rows = IsGrouped
            ? Group(Bindings(frame), frame).Select(group => (Projection.Evaluate(group), Array.Empty<byte[]>()))
            : Bindings(frame).Select(bound => (Projection.Evaluate(bound), SortKeys(bound)));
        rows = rows.Where(row => row.Row.IsDefined);
        if (OrderBy.Count > 0 && !IsGrouped)
            rows = rows.Order(Comparer<(Value Row, byte[][] Keys)>.Create((x, y) => CompareKeys(x.Keys, y.Keys)));
        if (IsDistinct) rows = rows.DistinctBy(row => RowKey.Of(row.Row), ByteOrder.Instance);
        return rows.Select(row => row.Row).Skip((int)Count(Skip, frame, 0)).Take((int)Count(Take, frame, int.MaxValue));
    }

    /// <summary>
    /// The same frame for each row of the sources that passes WHERE, bound to it: what is to be kept of it must be taken before the next.
    /// </summary>
    public IEnumerable<Frame> Bindings(Frame frame)
    {
        if (OneRowAnItem)
        {
            // The path of nearly all queries, without iterators.
            frame.Slots[Sources[0].Slot] = frame.Item;
            return Where is null || Where.Evaluate(frame).IsTrue ? [frame] : [];
        }

        var bound = Bind(frame, 0);
        return Where is null ? bound : bound.Where(row => Where.Evaluate(row).IsTrue);
    }

    /// <summary>A frame for each group, its aggregates computed and its aliases bound to one of its rows: all of them give the same projection.</summary>
    public IEnumerable<Frame> Group(IEnumerable<Frame> rows, Frame empty)
    {
        var groups = new Dictionary<byte[], (Frame Frame, Aggregator[] Aggregators)>(ByteOrder.Instance);
        // Without GROUP BY there is one group, and it is there even when there are no rows.
        if (GroupBy.Count == 0) groups.Add([], (empty.Snapshot(), NewAggregators()));
        foreach (var row in rows)
        {
            var key = GroupKey(row);
            if (!groups.TryGetValue(key, out var group)) groups.Add(key, group = (row.Snapshot(), NewAggregators()));
            for (var i = 0; i < Aggregates.Count; i++) group.Aggregators[i].Add(Aggregates[i].Argument.Evaluate(row));
        }

        foreach (var (frame, aggregators) in groups.Values)
        {
            for (var i = 0; i < Aggregates.Count; i++) frame.Aggregates[Aggregates[i].Index] = aggregators[i].Result;
            yield return frame;
        }
    }

    /// <summary>What is the same for the rows of a group.</summary>
    public byte[] GroupKey(Frame frame)
    {
        var values = new Value[GroupBy.Count];
        for (var i = 0; i < values.Length; i++) values[i] = GroupBy[i].Evaluate(frame);
        return RowKey.Of(values);
    }

    /// <summary>The values of ORDER BY as keys.</summary>
    public byte[][] SortKeys(Frame frame)
    {
        if (OrderBy.Count == 0) return [];
        var keys = new byte[OrderBy.Count][];
        for (var i = 0; i < keys.Length; i++) keys[i] = IndexKey.Of(OrderBy[i].Value.Evaluate(frame));
        return keys;
    }

    public int CompareKeys(byte[][] left, byte[][] right)
    {
        for (var i = 0; i < OrderBy.Count; i++)
        {
            var order = left[i].AsSpan().SequenceCompareTo(right[i]);
            if (order != 0) return OrderBy[i].Descending ? -order : order;
        }

        return 0;
    }

    /// <summary>A number of TOP, OFFSET or LIMIT: a literal or a parameter.</summary>
    public static long Count(Expression? expression, Frame frame, long absent)
    {
        if (expression is null) return absent;
        var value = expression.Evaluate(frame);
        return value.Kind == ValueKind.Number && Bits.TryWhole(value.Number, out var count) && count is >= 0 and <= int.MaxValue
            ? count
            : throw Errors.Invalid("SC2062", "TOP, OFFSET and LIMIT take a whole number that is not negative.");
    }

    private IEnumerable<Value> Rows(IEnumerable<Frame> items, Frame frame)
    {
        var bound = Bindings(items, frame);
        var rows = (IsGrouped ? Group(bound, frame) : bound).Select(Projection.Evaluate).Where(row => row.IsDefined);
        return IsDistinct ? rows.DistinctBy(row => RowKey.Of(row), ByteOrder.Instance) : rows;
    }

    private Aggregator[] NewAggregators() => [.. Aggregates.Select(aggregate => Aggregator.For(aggregate.Name))];

    private IEnumerable<Frame> Bind(Frame frame, int index)
    {
        if (index == Sources.Count)
        {
            yield return frame;
            yield break;
        }

        var source = Sources[index];
        foreach (var value in source.Values(frame))
        {
            frame.Slots[source.Slot] = value;
            foreach (var bound in Bind(frame, index + 1)) yield return bound;
        }
    }
}
