using System.Text;
using System.Text.Json;

namespace Crm.Local.Cosmos.Query;

/// <summary>
/// The index entries of an item, by a container's indexing policy. Paths that end in <c>/?</c> and those of composite indexes have entries;
/// wildcards have none, because narrowing by them would need an entry for every value of every item: such queries walk the partition.
/// </summary>
internal sealed class IndexPaths
{
    private readonly (string Path, byte[]?[] Segments)[] _paths;

    private IndexPaths(IEnumerable<IReadOnlyList<string>> paths)
    {
        _paths = [.. paths
            .Select(segments => (Path: IndexPath.Spell(segments), Segments: segments.Select(Utf8).ToArray()))
            .DistinctBy(path => path.Path)];
        Paths = _paths.Select(path => path.Path).ToHashSet(StringComparer.Ordinal);

        static byte[]? Utf8(string segment) => segment == IndexPath.Elements ? null : Encoding.UTF8.GetBytes(segment);
    }

    /// <summary>The paths that have entries, as <see cref="ContainerShape.IndexedPaths"/>.</summary>
    public IReadOnlySet<string> Paths { get; }

    /// <summary>Reads an indexing policy as the SDK sends it (<c>includedPaths</c>, <c>excludedPaths</c>, <c>compositeIndexes</c>, <c>indexingMode</c>).</summary>
    public static IndexPaths FromPolicy(JsonElement indexingPolicy)
    {
        if (indexingPolicy.ValueKind != JsonValueKind.Object
            || (indexingPolicy.TryGetProperty("indexingMode", out var mode) && mode.ValueKind == JsonValueKind.String
                && string.Equals(mode.GetString(), "none", StringComparison.OrdinalIgnoreCase)))
        {
            return new IndexPaths([]);
        }

        // The more precise path wins, and nothing is more precise than a full path: only the same path excluded takes it back.
        var excluded = Read(indexingPolicy, "excludedPaths").Where(IsFull).ToHashSet(StringComparer.Ordinal);
        var included = Read(indexingPolicy, "includedPaths").Where(path => IsFull(path) && !excluded.Contains(path));
        var composite = Member(indexingPolicy, "compositeIndexes").SelectMany(PathsOf);
        return new IndexPaths(included.Concat(composite).Select(IndexPath.Parse).OfType<IReadOnlyList<string>>());

        static bool IsFull(string path) => path.EndsWith("/?", StringComparison.Ordinal);
        static IEnumerable<string> Read(JsonElement policy, string name) => Member(policy, name).SelectMany(entry => PathOf(entry));
        static IEnumerable<string> PathsOf(JsonElement index) =>
            index.ValueKind == JsonValueKind.Array ? index.EnumerateArray().SelectMany(entry => PathOf(entry)) : [];
    }

    /// <summary>Every (path, key) of an item, each once. Arrays and objects on a path have the one key of their type.</summary>
    public void Extract(JsonElement item, Action<string, byte[]> add)
    {
        foreach (var (path, segments) in _paths)
        {
            var seen = segments.Contains(null) ? new HashSet<byte[]>(ByteOrder.Instance) : null;
            Extract(item, segments, path, seen, add);
        }
    }

    private static void Extract(JsonElement value, ReadOnlySpan<byte[]?> segments, string path, HashSet<byte[]>? seen, Action<string, byte[]> add)
    {
        for (var i = 0; i < segments.Length; i++)
        {
            if (segments[i] is { } name)
            {
                if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value)) return;
                continue;
            }

            if (value.ValueKind != JsonValueKind.Array) return;
            foreach (var element in value.EnumerateArray()) Extract(element, segments[(i + 1)..], path, seen, add);
            return;
        }

        var key = IndexKey.Of(value);
        if (seen is null || seen.Add(key)) add(path, key);
    }

    private static JsonElement.ArrayEnumerator Member(JsonElement policy, string name) =>
        policy.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;

    private static IEnumerable<string> PathOf(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("path", out var path) && path.ValueKind == JsonValueKind.String
            ? [path.GetString()!]
            : [];
}
