using System.Text.Json;

namespace Crm.Local.Cosmos.Query;

/// <summary>
/// The order of Cosmos values as bytes: <c>undefined &lt; null &lt; false &lt; true &lt; numbers &lt; strings &lt; arrays &lt; objects</c>, equal values equal,
/// compared as unsigned bytes, no key a prefix of another's place in the order.
/// </summary>
internal static class IndexKey
{
    /// <summary>The key of one value.</summary>
    public static byte[] Of(JsonElement value) => throw new NotSupportedException();
}

/// <summary>The index entries of an item, by a container's indexing policy.</summary>
internal sealed class IndexPaths
{
    /// <summary>Reads an indexing policy as the SDK sends it (<c>includedPaths</c>, <c>excludedPaths</c>, <c>compositeIndexes</c>, <c>indexingMode</c>).</summary>
    public static IndexPaths FromPolicy(JsonElement indexingPolicy) => throw new NotSupportedException();

    /// <summary>The paths that have entries, as <see cref="ContainerShape.IndexedPaths"/>.</summary>
    public IReadOnlySet<string> Paths => throw new NotSupportedException();

    /// <summary>Every (path, key) of an item, each once. Only scalars are entries.</summary>
    public void Extract(JsonElement item, Action<string, byte[]> add) => throw new NotSupportedException();
}
