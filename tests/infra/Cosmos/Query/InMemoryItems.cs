using System.Text;
using System.Text.Json;
using Crm.Local.Cosmos;
using Crm.Local.Cosmos.Query;

namespace Crm.Local.Tests.Cosmos.Query;

/// <summary>The contract of <see cref="IItemReader"/> over a list, and nothing more.</summary>
internal sealed class InMemoryItems : IItemReader
{
    private readonly List<StoredItem> _items = [];
    private readonly List<(string Path, byte[] Key, StoredItem Item)> _entries = [];
    private readonly IndexPaths _paths;
    private readonly int _levels;

    public InMemoryItems(IReadOnlyList<string> partitionKeyPaths, params IReadOnlyList<string> indexedPaths)
    {
        _paths = IndexPaths.FromPolicy(JsonSerializer.SerializeToElement(new { includedPaths = indexedPaths.Select(path => new { path = path + "/?" }) }));
        _levels = partitionKeyPaths.Count;
        Shape = new ContainerShape(partitionKeyPaths, _paths.Paths);
    }

    public ContainerShape Shape { get; }

    /// <summary>What was asked of it, for tests that care how rows were come by.</summary>
    public List<string> Asked { get; } = [];

    public IReadOnlyList<StoredItem> Items => _items;

    public InMemoryItems Add(string json, long? rid = null)
    {
        using var document = JsonDocument.Parse(json);
        var epk = EffectivePartitionKey.Of([.. Shape.PartitionKeyPaths.Select(path => Level(document.RootElement, path))]);
        var item = new StoredItem(rid ?? _items.Count + 1, epk, Encoding.UTF8.GetBytes(json));
        _items.Add(item);
        _paths.Extract(document.RootElement, (path, key) => _entries.Add((path, key, item)));
        return this;
    }

    public void Remove(long rid)
    {
        _items.RemoveAll(item => item.Rid == rid);
        _entries.RemoveAll(entry => entry.Item.Rid == rid);
    }

    public IEnumerable<StoredItem> ByPartition(EpkRange range, PartitionPosition? after)
    {
        Asked.Add("partition");
        return _items
            .Where(item => string.CompareOrdinal(item.Epk, range.Start) >= 0 && string.CompareOrdinal(item.Epk, range.End) < 0)
            .OrderBy(item => item.Epk, StringComparer.Ordinal).ThenBy(item => item.Rid)
            .Where(item => after is not { } position || Compare(item, position) > 0);

        static int Compare(StoredItem item, PartitionPosition position)
        {
            var order = string.CompareOrdinal(item.Epk, position.Epk);
            return order != 0 ? order : item.Rid.CompareTo(position.Rid);
        }
    }

    public IEnumerable<IndexPosition> Entries(IndexRange range, bool descending, IndexPosition? after)
    {
        Asked.Add($"index {range.Path}{(descending ? " descending" : "")}");
        var entries = Of(range).OrderBy(entry => entry.Key, ByteOrder.Instance).ThenBy(entry => entry.Item.Rid);
        return (descending ? entries.Reverse() : entries)
            .Where(entry => after is not { } position || (Compare(entry.Key, entry.Item.Rid, position) is var order && (descending ? order < 0 : order > 0)))
            .Select(entry => new IndexPosition(entry.Key, entry.Item.Rid));

        static int Compare(byte[] key, long rid, IndexPosition position)
        {
            var order = key.AsSpan().SequenceCompareTo(position.Key.Span);
            return order != 0 ? order : rid.CompareTo(position.Rid);
        }
    }

    public IEnumerable<IndexPosition?> Entries(IndexRange range, bool descending, IndexPosition? after, IReadOnlyList<IReadOnlyList<IndexRange>> sets) =>
        Entries(range, descending, after).Select(entry => sets.All(keys => keys.Any(key => NextRid(key, entry.Rid) == entry.Rid)) ? entry : (IndexPosition?)null);

    public long? NextRid(IndexRange key, long from) =>
        Of(key with { High = key.Low, HighInclusive = true }).Select(entry => (long?)entry.Item.Rid).Where(rid => rid >= from).Min();

    public StoredItem? Item(long rid) => _items.Where(item => item.Rid == rid).Select(item => (StoredItem?)item).SingleOrDefault();

    public string? EpkOf(long rid) => Item(rid)?.Epk;

    public int CountUpTo(IndexRange range, int limit) => Of(range).Take(limit).Count();

    public StoredItem? Find(string epk, string id)
    {
        Asked.Add("find");
        foreach (var item in _items)
        {
            using var document = JsonDocument.Parse(item.Json);
            if (item.Epk == epk && document.RootElement.GetProperty("id").GetString() == id) return item;
        }

        return null;
    }

    private IEnumerable<(string Path, byte[] Key, StoredItem Item)> Of(IndexRange range)
    {
        Assert.Contains(range.Path, Shape.IndexedPaths);
        Assert.Equal(Math.Max(_levels - 1, 0) * 32, range.Prefix.Length);
        return _entries.Where(entry => entry.Path == range.Path
            && entry.Item.Epk.StartsWith(range.Prefix, StringComparison.Ordinal)
            && (range.Low is null || (entry.Key.AsSpan().SequenceCompareTo(range.Low) is var low && (low > 0 || (low == 0 && range.LowInclusive))))
            && (range.High is null || (entry.Key.AsSpan().SequenceCompareTo(range.High) is var high && (high < 0 || (high == 0 && range.HighInclusive)))));
    }

    private static JsonElement Level(JsonElement item, string path)
    {
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty(name, out item)) return default;
        return item;
    }
}
