using Crm.Local.Cosmos.Query;
using Crm.Local.Sqlite;

namespace Crm.Local.Cosmos.Storage;

/// <summary>What a query reads through: ranges of the items and index tables, row by row as they are asked for.</summary>
internal sealed class ItemReader(ReadSession session) : IItemReader
{
    private const string Columns = "i.rid, i.epk, i.lsn, i.ts, i.body";
    private const string Live = "(i.expires IS NULL OR i.expires > ?2)";

    private readonly Connection _connection = session.Connection;
    private readonly Container _container = session.Container;
    private readonly IndexReader _index = new(session);

    public ContainerShape Shape => _container.Shape;

    public IEnumerable<StoredItem> ByPartition(EpkRange range, PartitionPosition? after)
    {
        var (start, end) = (EpkBytes(range.Start), EpkBytes(range.End));
        if (after is not { } position)
            return ScanItems("i.epk >= ?3 AND i.epk < ?4", statement => statement.Bind(3, start).Bind(4, end));
        // In two parts: SQLite finds the place among equal keys only when told that they are equal, and would walk them all otherwise.
        var epk = EpkBytes(position.Epk);
        return ScanItems("i.epk = ?3 AND i.rid > ?4", statement => statement.Bind(3, epk).Bind(4, position.Rid))
            .Concat(ScanItems("i.epk > ?3 AND i.epk < ?4", statement => statement.Bind(3, epk).Bind(4, end)));
    }

    public IEnumerable<IndexPosition> Entries(IndexRange range, bool descending, IndexPosition? after) =>
        _index.Entries(range, descending, after, []).Select(position => position!.Value);

    public IEnumerable<IndexPosition?> Entries(IndexRange range, bool descending, IndexPosition? after, IReadOnlyList<IReadOnlyList<IndexRange>> sets) =>
        _index.Entries(range, descending, after, sets);

    public long? NextRid(IndexRange key, long from) => _index.NextRid(key, from);

    public int CountUpTo(IndexRange range, int limit) => _index.CountUpTo(range, limit);

    public StoredItem? Item(long rid)
    {
        var statement = _connection.Rent($"SELECT {Columns} FROM items i WHERE i.rid = ?1 AND {Live}");
        try
        {
            return statement.Bind(1, rid).Bind(2, session.Now).Step() ? ReadItem(statement) : null;
        }
        finally
        {
            _connection.Return(statement);
        }
    }

    public string? EpkOf(long rid)
    {
        var statement = _connection.Rent($"SELECT i.epk FROM items i WHERE i.rid = ?1 AND {Live}");
        try
        {
            return statement.Bind(1, rid).Bind(2, session.Now).Step() ? Convert.ToHexString(statement.Bytes(0)) : null;
        }
        finally
        {
            _connection.Return(statement);
        }
    }

    public StoredItem? Find(string epk, string id)
    {
        var statement = _connection.Rent($"SELECT {Columns} FROM items i WHERE i.container = ?1 AND {Live} AND i.epk = ?3 AND i.id = ?4");
        try
        {
            statement.Bind(1, _container.Number).Bind(2, session.Now).Bind(3, EpkBytes(epk)).BindText(4, id);
            return statement.Step() ? ReadItem(statement) : null;
        }
        finally
        {
            _connection.Return(statement);
        }
    }

    private IEnumerable<StoredItem> ScanItems(string bounds, Action<Statement> bind)
    {
        var statement = _connection.Rent($"""
            SELECT {Columns} FROM items i INDEXED BY items_partition
            WHERE i.container = ?1 AND {Live} AND {bounds}
            ORDER BY i.epk, i.rid
            """);
        try
        {
            bind(statement.Bind(1, _container.Number).Bind(2, session.Now));
            while (statement.Step())
                yield return ReadItem(statement);
        }
        finally
        {
            _connection.Return(statement);
        }
    }

    /// <summary>Range bounds are hex text of any length; padding an odd one with a zero digit keeps its place in the order.</summary>
    public static byte[] EpkBytes(string epk) => Convert.FromHexString(epk.Length % 2 == 0 ? epk : epk + "0");

    private StoredItem ReadItem(Statement statement)
    {
        var row = new ItemRow(statement.Long(0), statement.Long(2), statement.Long(3), default);
        return new StoredItem(row.Rid, Convert.ToHexString(statement.Bytes(1)), row.ToJson(_container, statement.Bytes(4)));
    }
}
