using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Crm.Local.Cosmos.Query;

/// <summary>
/// The index entries of an item, by a container's indexing policy. Paths that end in <c>/?</c> and those of composite indexes have entries;
/// wildcards have none, because narrowing by them would need an entry for every value of every item: such queries walk the partition.
/// </summary>
internal sealed class IndexPaths
{
    /// <summary>The paths as a tree, so that an item is walked once however many there are.</summary>
    private readonly Step _root = new();

    private IndexPaths(IEnumerable<IReadOnlyList<string>> paths)
    {
        var spelled = new HashSet<string>(StringComparer.Ordinal);
        foreach (var segments in paths)
        {
            var step = segments.Aggregate(_root, (from, segment) => from.To(segment));
            step.Path = IndexPath.Spell(segments);
            spelled.Add(step.Path);
        }

        Paths = spelled;
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
    public void Extract(JsonElement item, Action<string, byte[]> add) => Extract(item, _root, null, add);

    /// <param name="seen">Below an array, where a path can be met again: what was added.</param>
    private static void Extract(JsonElement value, Step step, HashSet<(string, string)>? seen, Action<string, byte[]> add)
    {
        if (step.Path is { } path)
        {
            var key = IndexKey.Of(value);
            if (seen is null || seen.Add((path, Convert.ToHexString(key)))) add(path, key);
        }

        if (value.ValueKind == JsonValueKind.Object && step.Names.Count > 0)
        {
            foreach (var (name, member) in Members(value, step)) Extract(member, name, seen, add);
        }
        else if (value.ValueKind == JsonValueKind.Array && step.Elements is { } elements)
        {
            seen ??= [];
            foreach (var element in value.EnumerateArray()) Extract(element, elements, seen, add);
        }
    }

    /// <summary>The members that are on a path. Of two with one name the last counts, as everywhere.</summary>
    private static List<(Step Step, JsonElement Value)> Members(JsonElement value, Step step)
    {
        var found = new List<(Step Step, JsonElement Value)>();
        foreach (var member in value.EnumerateObject())
        {
            if (step.Find(member) is not { } next) continue;
            found.RemoveAll(earlier => earlier.Step == next);
            found.Add((next, member.Value));
        }

        return found;
    }

    private static JsonElement.ArrayEnumerator Member(JsonElement policy, string name) =>
        policy.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;

    private static IEnumerable<string> PathOf(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("path", out var path) && path.ValueKind == JsonValueKind.String
            ? [path.GetString()!]
            : [];

    /// <summary>A place on one or more paths.</summary>
    private sealed class Step
    {
        private readonly Dictionary<byte[], Step>.AlternateLookup<ReadOnlySpan<byte>> _byUtf8;

        public Step() => _byUtf8 = Names.GetAlternateLookup<ReadOnlySpan<byte>>();

        /// <summary>Where a path ends, how it is spelled.</summary>
        public string? Path { get; set; }

        public Dictionary<byte[], Step> Names { get; } = new(ByteOrder.Instance);

        public Step? Elements { get; private set; }

        public Step To(string segment)
        {
            if (segment == IndexPath.Elements) return Elements ??= new Step();
            var name = Encoding.UTF8.GetBytes(segment);
            if (!Names.TryGetValue(name, out var step)) Names.Add(name, step = new Step());
            return step;
        }

        public Step? Find(JsonProperty member)
        {
            var name = JsonMarshal.GetRawUtf8PropertyName(member);
            if (name.Contains((byte)'\\')) name = Encoding.UTF8.GetBytes(member.Name);
            return _byUtf8.TryGetValue(name, out var step) ? step : null;
        }
    }
}
