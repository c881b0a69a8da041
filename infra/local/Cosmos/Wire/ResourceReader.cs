using Crm.Local.Cosmos.Query;

namespace Crm.Local.Cosmos.Wire;

/// <summary>Databases, containers or offers as the items of a query. They are few: all are looked at, and no index helps.</summary>
internal sealed class ResourceReader(IEnumerable<byte[]> resources) : IItemReader
{
    public ContainerShape Shape { get; } = new(["/id"], new HashSet<string>());

    public IEnumerable<StoredItem> ByPartition(EpkRange range, PartitionPosition? after) =>
        resources.Select((json, number) => new StoredItem(number + 1, "", json)).Where(item => after is not { } position || item.Rid > position.Rid);

    public IEnumerable<IndexPosition> Entries(IndexRange range, bool descending, IndexPosition? after) => throw NoIndex();

    public IEnumerable<IndexPosition?> Entries(IndexRange range, bool descending, IndexPosition? after, IReadOnlyList<IReadOnlyList<IndexRange>> sets) => throw NoIndex();

    public long? NextRid(IndexRange key, long from) => throw NoIndex();

    public StoredItem? Item(long rid) => throw NoIndex();

    public string? EpkOf(long rid) => throw NoIndex();

    public int CountUpTo(IndexRange range, int limit) => throw NoIndex();

    public StoredItem? Find(string epk, string id) => throw NoIndex();

    private static InvalidOperationException NoIndex() => new("Resources have no index.");
}
