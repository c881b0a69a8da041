namespace Crm.Local.Cosmos.Query;

/// <summary>The items that have one of a few keys on a path, as their rids in order.</summary>
internal sealed class KeySet
{
    // Each key is a place in the index to look at.
    private const int MostKeys = 8;

    private readonly IItemReader _items;
    private readonly Access _access;
    private readonly IReadOnlyList<IndexRange> _keys;

    private KeySet(IItemReader items, Access access, IReadOnlyList<IndexRange> keys) => (_items, _access, _keys) = (items, access, keys);

    public IReadOnlyList<IndexRange> Keys => _keys;

    /// <summary>Null when the path is not said to have one of a few values.</summary>
    public static KeySet? Of(PathRanges path, string prefix, IItemReader items, Access access) =>
        path.Ranges.Count is > 0 and <= MostKeys && path.Ranges.All(range => range.IsOneKey)
            ? new KeySet(items, access, [.. path.Ranges.Select(range => range.On(path.Path, prefix))])
            : null;

    /// <summary>What all of the sets have, from a rid on. A set far ahead moves the others there at once, so the rarest sets the pace.</summary>
    public static IEnumerable<long> Common(IReadOnlyList<KeySet> sets, long from, Access access)
    {
        for (var rid = from; ; rid++)
        {
            for (var (agreed, i) = (0, 0); agreed < sets.Count; i = (i + 1) % sets.Count)
            {
                if (access.IsSpent || sets[i].Next(rid) is not { } next) yield break;
                agreed = next == rid ? agreed + 1 : 1;
                rid = next;
            }

            yield return rid;
        }
    }

    /// <summary>The more, the fewer items seem to have one of the keys: the sum of the ways to the next from numbers ever farther apart.</summary>
    public long Rarity()
    {
        var sum = 0L;
        for (var from = 1L; Next(from) is { } next; from = 2 * next) sum += next - from;
        return sum;
    }

    private long? Next(long from)
    {
        _access.EntriesRead += _keys.Count;
        var next = _items.NextRid(_keys[0], from);
        for (var i = 1; i < _keys.Count && next != from; i++)
        {
            if (_items.NextRid(_keys[i], from) is { } other && (next is null || other < next)) next = other;
        }

        return next;
    }
}
