namespace Crm.Local.Cosmos.Query;

/// <summary>One live item as a query sees it.</summary>
/// <param name="Rid">The item's number inside its container: unique, increasing, never reused. The last eight bytes of its <c>_rid</c>.</param>
/// <param name="Epk">The effective partition key, upper-case hex (32 digits a level).</param>
/// <param name="Json">The whole item as UTF-8 JSON, system properties included.</param>
internal readonly record struct StoredItem(long Rid, string Epk, ReadOnlyMemory<byte> Json);

/// <summary>A half-open range of effective partition keys, compared as ordinal strings: <c>Start &lt;= epk &lt; End</c>.</summary>
internal readonly record struct EpkRange(string Start, string End)
{
    /// <summary>The whole container.</summary>
    public static EpkRange All { get; } = new("", "FF");

    /// <summary>Exactly one key, or every key below a prefix of a hierarchical one.</summary>
    public static EpkRange Of(string epk) => new(epk, epk + "FF");
}

/// <summary>Where a scan in partition order goes on: strictly after this item.</summary>
internal readonly record struct PartitionPosition(string Epk, long Rid);

/// <summary>An entry of an index path. A scan in index order goes on strictly after one, in the direction of the scan.</summary>
internal readonly record struct IndexPosition(ReadOnlyMemory<byte> Key, long Rid);

/// <summary>
/// A range of one index path below one index prefix. Keys are those of <see cref="IndexKey"/> and compare as unsigned bytes.
/// A null bound is open.
/// </summary>
/// <param name="Path">The path as <see cref="ContainerShape.IndexedPaths"/> spells it.</param>
/// <param name="Prefix">The effective partition key of all levels but the last; empty for a container with a key of one level.</param>
internal sealed record IndexRange(string Path, string Prefix, byte[]? Low, bool LowInclusive, byte[]? High, bool HighInclusive);

/// <summary>What narrowing may rely on, and what ORDER BY is held to.</summary>
/// <param name="PartitionKeyPaths">For example <c>/tenantId</c>, <c>/entity</c>, <c>/recordId</c>.</param>
/// <param name="IndexedPaths">The scalar paths that have index entries, without the trailing <c>/?</c>: <c>/data/name</c>, <c>/data/tags/[]</c>.</param>
/// <param name="Order">Which orders may be asked for; any when null.</param>
internal sealed record ContainerShape(IReadOnlyList<string> PartitionKeyPaths, IReadOnlySet<string> IndexedPaths, OrderIndex? Order = null);

/// <summary>
/// A consistent view of one container while a query page is made. Expired items are never shown. Enumerations are lazy: what
/// is not asked for is not read.
/// </summary>
internal interface IItemReader
{
    ContainerShape Shape { get; }

    /// <summary>Items by (epk, rid), ascending.</summary>
    IEnumerable<StoredItem> ByPartition(EpkRange range, PartitionPosition? after);

    /// <summary>
    /// Entries by (key, rid) of an index path, ascending or descending in both, those of expired items included. An item whose path is
    /// undefined has no entry; one with an array on the path (<c>/[]</c>) has an entry for each distinct element.
    /// </summary>
    IEnumerable<IndexPosition> Entries(IndexRange range, bool descending, IndexPosition? after);

    /// <summary>The same, and only of items that have an entry at one of the keys of each set: null for an entry of any other.</summary>
    /// <param name="sets">Each the keys of one path.</param>
    IEnumerable<IndexPosition?> Entries(IndexRange range, bool descending, IndexPosition? after, IReadOnlyList<IReadOnlyList<IndexRange>> sets);

    /// <summary>The first rid, from this one on, that has an entry at the low bound of a range; null when there is none.</summary>
    long? NextRid(IndexRange key, long from);

    /// <summary>The item an entry is of; null when it has expired.</summary>
    StoredItem? Item(long rid);

    /// <summary>The effective partition key of such an item, which costs far less than the item.</summary>
    string? EpkOf(long rid);

    /// <summary>How many entries a range has, those of expired items included, counted no further than <paramref name="limit"/>.</summary>
    int CountUpTo(IndexRange range, int limit);

    /// <summary>The items with this id in exactly this logical partition: none or one.</summary>
    StoredItem? Find(string epk, string id);
}
