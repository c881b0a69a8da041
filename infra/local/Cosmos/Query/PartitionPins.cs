namespace Crm.Local.Cosmos.Query;

/// <summary>What a condition says of the partition key and the id, as places in the key space.</summary>
internal sealed class PartitionPins(ContainerShape shape, EpkRange requested)
{
    /// <summary>Digits of an effective partition key a level.</summary>
    private const int Level = 32;

    private const int MostPoints = 10_000;

    private readonly IReadOnlyList<string> _paths =
        [.. shape.PartitionKeyPaths.Select(path => IndexPath.Parse(path) is { } segments ? IndexPath.Spell(segments) : path)];

    /// <summary>The range the request is scoped to, narrowed to the levels of the key that have one value.</summary>
    public EpkRange Narrow(IReadOnlyDictionary<string, IReadOnlyList<KeyRange>> ranges)
    {
        var pinned = EpkRange.Of(PinnedPrefix(ranges));
        return pinned.Start.Length == 0 ? requested : Intersect(requested, pinned);
    }

    /// <summary>The prefix of the index entries of a query: null when it has several, so that the index is of no use.</summary>
    public string? IndexPrefix(IReadOnlyDictionary<string, IReadOnlyList<KeyRange>> ranges)
    {
        var length = (_paths.Count - 1) * Level;
        if (length == 0) return "";
        if (IsExact(requested) && requested.Start.Length >= length) return requested.Start[..length];
        var pinned = PinnedPrefix(ranges);
        return pinned.Length >= length ? pinned[..length] : null;
    }

    /// <summary>Whether a range is one logical partition.</summary>
    public bool IsOnePartition(EpkRange range) => IsExact(range) && range.Start.Length == _paths.Count * Level;

    /// <summary>The items a condition names by key and id; null when it does not say all of it.</summary>
    public List<(string Epk, string Id)>? Points(IReadOnlyDictionary<string, IReadOnlyList<KeyRange>> ranges)
    {
        if (Values("/id", ranges) is not { } ids || ids.Count > MostPoints) return null;
        if (IsOnePartition(requested)) return [.. ids.Where(IsText).Select(id => (requested.Start, id.Text))];
        var levels = new List<Value>[_paths.Count];
        var count = 1L;
        for (var i = 0; i < levels.Length; i++)
        {
            // A key that ends in the id has no more values than there are ids.
            if (_paths[i] == "/id") continue;
            if (Values(_paths[i], ranges) is not { } values) return null;
            levels[i] = values;
            count *= values.Count;
        }

        if (count * ids.Count > MostPoints) return null;
        return [.. ids.Where(IsText).SelectMany(id => Keys(levels, id).Select(epk => (epk, id.Text)))];

        static bool IsText(Value id) => id.Kind == ValueKind.String;
    }

    public bool IsInRequest(string epk) => Contains(requested, epk);

    public static bool Contains(EpkRange range, string epk) =>
        string.CompareOrdinal(range.Start, epk) <= 0 && string.CompareOrdinal(epk, range.End) < 0;

    private static IEnumerable<string> Keys(List<Value>?[] levels, Value id)
    {
        IEnumerable<string> keys = [""];
        foreach (var level in levels)
        {
            var hashes = (level ?? [id]).Select(value => EffectivePartitionKey.Of(value.ToElement())).ToList();
            keys = keys.SelectMany(key => hashes.Select(hash => key + hash));
        }

        return keys;
    }

    private string PinnedPrefix(IReadOnlyDictionary<string, IReadOnlyList<KeyRange>> ranges) => string.Concat(
        _paths.Select(path => Values(path, ranges)).TakeWhile(values => values is [_]).Select(values => EffectivePartitionKey.Of(values![0].ToElement())));

    /// <summary>The values a path may have, when the condition lists them.</summary>
    private static List<Value>? Values(string path, IReadOnlyDictionary<string, IReadOnlyList<KeyRange>> ranges)
    {
        if (!ranges.TryGetValue(path, out var stated)) return null;
        var values = new List<Value>(stated.Count);
        foreach (var range in stated)
        {
            // 0 and -0 are equal and hash apart.
            if (!range.Only.IsScalar || !range.IsOneKey || (range.Only.Kind == ValueKind.Number && range.Only.Number == 0)) return null;
            values.Add(range.Only);
        }

        return values;
    }

    private static bool IsExact(EpkRange range) => range.Start.Length > 0 && range.End == range.Start + "FF";

    private static EpkRange Intersect(EpkRange x, EpkRange y) => new(
        string.CompareOrdinal(x.Start, y.Start) >= 0 ? x.Start : y.Start,
        string.CompareOrdinal(x.End, y.End) <= 0 ? x.End : y.End);
}
