using Crm.Local.Cosmos.Query;
using Crm.Local.Sqlite;

namespace Crm.Local.Cosmos.Storage;

/// <summary>Reads the index of a container.</summary>
internal sealed class IndexReader(ReadSession session)
{
    private const int FirstOfSets = 5;

    private readonly Connection _connection = session.Connection;
    private readonly Container _container = session.Container;
    private readonly Dictionary<(string Path, string Prefix), long?> _slots = [];

    public IEnumerable<IndexPosition?> Entries(IndexRange range, bool descending, IndexPosition? after, IReadOnlyList<IReadOnlyList<IndexRange>> sets)
    {
        // Without a slot a path has no entries, and nothing has one of its keys.
        if (Slot(range) is not { } slot || sets.Any(keys => Slot(keys[0]) is null))
            return [];
        if (after is not { } position)
            return ScanIndex(slot, range, descending, null, sets);
        var key = position.Key.ToArray();
        var rest = descending
            ? range with { High = key, HighInclusive = false }
            : range with { Low = key, LowInclusive = false };
        return ScanIndex(slot, range with { Low = key }, descending, position.Rid, sets).Concat(ScanIndex(slot, rest, descending, null, sets));
    }

    public long? NextRid(IndexRange key, long from)
    {
        if (Slot(key) is not { } slot)
            return null;
        var statement = _connection.Rent("SELECT rid FROM index_entries WHERE slot = ?1 AND key = ?2 AND rid >= ?3 ORDER BY rid LIMIT 1");
        try
        {
            return statement.Bind(1, slot).Bind(2, key.Low).Bind(3, from).Step() ? statement.Long(0) : null;
        }
        finally
        {
            _connection.Return(statement);
        }
    }

    public int CountUpTo(IndexRange range, int limit)
    {
        if (Slot(range) is not { } slot)
            return 0;
        // An estimate: to leave out what has expired, every entry would have to be looked up.
        var statement = _connection.Rent($"SELECT count(*) FROM (SELECT 1 FROM index_entries e WHERE e.slot = ?1{Bounds(range)} LIMIT ?5)");
        try
        {
            BindRange(statement, slot, range);
            statement.Bind(5, limit);
            return statement.Step() ? (int)statement.Long(0) : 0;
        }
        finally
        {
            _connection.Return(statement);
        }
    }

    /// <param name="afterRid">When given, only entries of exactly the low key, beyond this item.</param>
    private IEnumerable<IndexPosition?> ScanIndex(
        long slot, IndexRange range, bool descending, long? afterRid, IReadOnlyList<IReadOnlyList<IndexRange>> sets)
    {
        var order = descending ? "DESC" : "ASC";
        var bounds = afterRid is null ? Bounds(range) : $" AND e.key = ?3 AND e.rid {(descending ? "<" : ">")} ?4";
        var statement = _connection.Rent($"""
            SELECT {IsAmong(sets)}, e.rid, e.key FROM index_entries e
            WHERE e.slot = ?1{bounds}
            ORDER BY e.key {order}, e.rid {order}
            """);
        try
        {
            if (afterRid is { } rid)
                statement.Bind(1, slot).Bind(3, range.Low).Bind(4, rid);
            else
                BindRange(statement, slot, range);
            BindSets(statement, sets);
            while (statement.Step())
                yield return statement.Long(0) == 0 ? null : new IndexPosition(statement.Bytes(2).ToArray(), statement.Long(1));
        }
        finally
        {
            _connection.Return(statement);
        }
    }

    /// <summary>Whether an entry's item has one of the keys of each set. As a CASE, so that the first set that lacks it ends the asking.</summary>
    private static string IsAmong(IReadOnlyList<IReadOnlyList<IndexRange>> sets)
    {
        if (sets.Count == 0)
            return "1";
        var parameter = FirstOfSets;
        var conditions = sets.Select(keys =>
        {
            var slot = parameter++;
            return $"({string.Join(" OR ", keys.Select(_ => $"EXISTS (SELECT 1 FROM index_entries WHERE slot = ?{slot} AND key = ?{parameter++} AND rid = e.rid)"))})";
        });
        return $"CASE WHEN {string.Join(" AND ", conditions)} THEN 1 ELSE 0 END";
    }

    private void BindSets(Statement statement, IReadOnlyList<IReadOnlyList<IndexRange>> sets)
    {
        var parameter = FirstOfSets;
        foreach (var keys in sets)
        {
            statement.Bind(parameter++, Slot(keys[0])!.Value);
            foreach (var key in keys)
                statement.Bind(parameter++, key.Low);
        }
    }

    private static string Bounds(IndexRange range) =>
        (range.Low is null ? "" : range.LowInclusive ? " AND e.key >= ?3" : " AND e.key > ?3")
        + (range.High is null ? "" : range.HighInclusive ? " AND e.key <= ?4" : " AND e.key < ?4");

    private static void BindRange(Statement statement, long slot, IndexRange range)
    {
        statement.Bind(1, slot);
        if (range.Low is not null)
            statement.Bind(3, range.Low);
        if (range.High is not null)
            statement.Bind(4, range.High);
    }

    private long? Slot(IndexRange range)
    {
        if (_slots.TryGetValue((range.Path, range.Prefix), out var known))
            return known;
        return _slots[(range.Path, range.Prefix)] = FindSlot(range);
    }

    private long? FindSlot(IndexRange range)
    {
        if (!_container.Shape.IndexedPaths.Contains(range.Path))
            throw new ArgumentException($"'{range.Path}' is not indexed.", nameof(range));
        var statement = _connection.Rent("SELECT number FROM index_slots WHERE container = ?1 AND prefix = ?2 AND path = ?3");
        try
        {
            return statement.Bind(1, _container.Number).Bind(2, ItemReader.EpkBytes(range.Prefix)).BindText(3, range.Path).Step() ? statement.Long(0) : null;
        }
        finally
        {
            _connection.Return(statement);
        }
    }
}
