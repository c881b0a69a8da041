using System.Text.Json;

namespace Crm.Local.Cosmos.Query;

/// <summary>
/// Which ORDER BY clauses an indexing policy serves. The store could sort by anything; the service sorts by its indexes alone, and a query
/// that works here must work there.
/// </summary>
internal sealed class OrderIndex
{
    // Indexed whatever the paths say.
    private static readonly string[] Always = ["/id", "/_ts"];

    private readonly bool _isOn;
    private readonly List<(string Path, bool IsIncluded)> _exact = [];
    private readonly List<(string Start, bool IsIncluded)> _wildcards = [];
    private readonly List<(string Path, bool Descending)[]> _composites = [];

    private OrderIndex(JsonElement policy)
    {
        _isOn = policy.ValueKind == JsonValueKind.Object
            && !(policy.TryGetProperty("indexingMode", out var mode) && string.Equals(mode.GetString(), "none", StringComparison.OrdinalIgnoreCase));
        if (!_isOn) return;
        foreach (var (list, isIncluded) in new[] { ("includedPaths", true), ("excludedPaths", false) })
            foreach (var entry in Elements(policy, list)) Add(entry.GetProperty("path").GetString()!, isIncluded);
        foreach (var index in Elements(policy, "compositeIndexes"))
            _composites.Add([.. index.EnumerateArray().Select(entry => (Spell(entry.GetProperty("path").GetString()!), IsDescending(entry)))]);
    }

    public static OrderIndex FromPolicy(JsonElement indexingPolicy) => new(indexingPolicy);

    /// <exception cref="QueryException">No index has this order.</exception>
    public void Check(IReadOnlyList<(string Path, bool Descending)> order)
    {
        if (order is [var only] ? !IsIndexed(only.Path) : !_composites.Exists(index => Serves(index, order))) throw Errors.NoIndex(order.Count > 1);
    }

    /// <summary>All of the index's paths, each in its direction or each in the other.</summary>
    private static bool Serves((string Path, bool Descending)[] index, IReadOnlyList<(string Path, bool Descending)> order) =>
        index.Select(entry => entry.Path).SequenceEqual(order.Select(entry => entry.Path))
        && index.Zip(order, (mine, asked) => mine.Descending == asked.Descending).Distinct().Count() == 1;

    /// <summary>The most precise path that speaks of it decides.</summary>
    private bool IsIndexed(string path)
    {
        if (!_isOn) return false;
        if (Always.Contains(path)) return true;
        foreach (var (exact, isIncluded) in _exact)
            if (exact == path) return isIncluded;
        return _wildcards.Where(wildcard => path.StartsWith(wildcard.Start, StringComparison.Ordinal)).MaxBy(wildcard => wildcard.Start.Length).IsIncluded;
    }

    private void Add(string path, bool isIncluded)
    {
        if (!path.EndsWith("/*", StringComparison.Ordinal)) _exact.Add((Spell(path), isIncluded));
        else _wildcards.Add((path.Length == 2 ? "/" : Spell(path[..^2]) + "/", isIncluded));
    }

    private static string Spell(string path) => IndexPath.Parse(path) is { } segments ? IndexPath.Spell(segments) : path;

    private static bool IsDescending(JsonElement entry) =>
        entry.TryGetProperty("order", out var order) && string.Equals(order.GetString(), "descending", StringComparison.OrdinalIgnoreCase);

    private static JsonElement.ArrayEnumerator Elements(JsonElement policy, string name) =>
        policy.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;
}
