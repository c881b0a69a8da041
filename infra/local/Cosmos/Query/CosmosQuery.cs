using System.Text.Json;

namespace Crm.Local.Cosmos.Query;

/// <summary>What a query request asks beside its text.</summary>
/// <param name="Range">The partition range it is scoped to.</param>
/// <param name="MaxItems">The most rows a page may have.</param>
/// <param name="Continuation">Where the previous page ended, or null.</param>
internal sealed record QueryRequest(EpkRange Range, int MaxItems, string? Continuation);

/// <summary>One page of rows.</summary>
/// <param name="Rows">The rows as UTF-8 JSON values separated by commas: what stands between the brackets of <c>Documents</c>.</param>
/// <param name="Continuation">Null on the last page.</param>
/// <param name="ItemsRead">Items handed to the interpreter, for the request charge.</param>
/// <param name="IndexEntriesRead">Index entries looked at, for the request charge.</param>
internal sealed record QueryPage(ReadOnlyMemory<byte> Rows, int Count, string? Continuation, int ItemsRead, int IndexEntriesRead);

/// <summary>A query the service refuses: 400 with this code (<c>SC1001</c> syntax, <c>SC2001</c> unknown identifier …).</summary>
internal sealed class QueryException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}

/// <summary>A query the service would run and this store does not (yet): 501 with the feature's name.</summary>
internal sealed class UnsupportedQueryException(string feature) : Exception($"Not supported by the local store: {feature}.");

/// <summary>A parsed and checked query. Immutable; may be cached by its text.</summary>
internal sealed class CosmosQuery
{
    /// <exception cref="QueryException">The text is not a valid query.</exception>
    /// <exception cref="UnsupportedQueryException">It is valid and uses what is not supported.</exception>
    public static CosmosQuery Parse(string text) => throw new NotSupportedException();

    /// <summary>The query plan the SDK asks for: the pass-through plan of one partition range.</summary>
    public ReadOnlyMemory<byte> Plan() => throw new NotSupportedException();

    /// <param name="parameters">By name, the <c>@</c> included.</param>
    /// <param name="narrow">False walks the whole range with the interpreter alone: the judge of the narrowed path in tests.</param>
    public QueryPage Run(IReadOnlyDictionary<string, JsonElement> parameters, QueryRequest request, IItemReader items, bool narrow = true) =>
        throw new NotSupportedException();

    /// <summary>Whether a patch or delete condition (<c>FROM c WHERE …</c>, no SELECT) holds for one item.</summary>
    public static bool Holds(string condition, JsonElement item) => throw new NotSupportedException();
}
