using System.Collections.Concurrent;
using System.Text.Json;

namespace Crm.Local.Cosmos.Query;

/// <summary>What a query request asks beside its text.</summary>
/// <param name="Range">The partition range it is scoped to.</param>
/// <param name="MaxItems">The most rows a page may have.</param>
/// <param name="Continuation">Where the previous page ended, or null.</param>
/// <param name="Resume">Where the client says to go on, or null.</param>
internal sealed record QueryRequest(EpkRange Range, int MaxItems, string? Continuation, ResumeFilter? Resume = null);

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

/// <summary>A parsed and checked query. Immutable, and kept by its text: callers need no cache of their own.</summary>
internal sealed class CosmosQuery
{
    private const int FewEntries = 200;
    private const int MostKept = 512;

    // A query this long has its values in it (ReadMany has one alternative an item): it will not come again.
    private const int LongestKept = 8 * 1024;

    private static readonly ConcurrentDictionary<(string Text, bool Condition), CosmosQuery> Kept = new();

    private static readonly byte[] PassThrough = """
        {"partitionedQueryExecutionInfoVersion":2,"queryInfo":{"distinctType":"None","rewrittenQuery":"","hasSelectValue":false},"queryRanges":[{"min":"","max":"FF","isMinInclusive":true,"isMaxInclusive":false}]}
        """u8.ToArray();

    private readonly string _text;
    private readonly QueryBlock _block;
    private readonly QueryNames _names;

    private CosmosQuery(string text, (QueryBlock Block, QueryNames Names) parsed)
    {
        _text = text;
        (_block, _names) = parsed;
    }

    /// <exception cref="QueryException">The text is not a valid query.</exception>
    /// <exception cref="UnsupportedQueryException">It is valid and uses what is not supported.</exception>
    public static CosmosQuery Parse(string text) => Keep(text, condition: false);

    /// <summary>The query plan the SDK asks for: the pass-through plan of one partition range.</summary>
#pragma warning disable CA1822 // A query's plan, even if all have the same.
    public ReadOnlyMemory<byte> Plan() => PassThrough;
#pragma warning restore CA1822

    /// <param name="parameters">By name, the <c>@</c> included.</param>
    /// <param name="narrow">False walks the whole range with the interpreter alone: the judge of the narrowed path in tests.</param>
    /// <param name="few">An index range of fewer entries is read whole; a larger one is walked until the page is full.</param>
    /// <param name="time">For the functions that tell the time; the system's when absent.</param>
    public QueryPage Run(
        IReadOnlyDictionary<string, JsonElement> parameters, QueryRequest request, IItemReader items, bool narrow = true, int few = FewEntries,
        TimeProvider? time = null)
    {
        var mark = Continuation.MarkOf(_text, parameters);
        var after = request.Continuation is null ? null : Continuation.Read(request.Continuation, mark);
        using var run = new QueryRun(_block, NewFrame(parameters, time), request, after, mark);
        return run.Page(items, narrow ? few : 0);
    }

    /// <summary>Whether a patch or delete condition (<c>FROM c WHERE …</c>, no SELECT) holds for one item.</summary>
    public static bool Holds(string condition, JsonElement item)
    {
        var query = Keep(condition, condition: true);
        var frame = query.NewFrame(new Dictionary<string, JsonElement>(), null);
        frame.Item = Value.From(item);
        return query._block.Bindings(frame).Any();
    }

    private static CosmosQuery Keep(string text, bool condition)
    {
        if (Kept.TryGetValue((text, condition), out var query)) return query;
        query = new CosmosQuery(text, condition ? Parser.ParseCondition(text) : Parser.ParseQuery(text));
        if (text.Length > LongestKept) return query;
        if (Kept.Count >= MostKept) Kept.Clear();
        Kept[(text, condition)] = query;
        return query;
    }

    private Frame NewFrame(IReadOnlyDictionary<string, JsonElement> parameters, TimeProvider? time)
    {
        var values = new Value[_names.Parameters.Count];
        foreach (var (name, index) in _names.Parameters)
            values[index] = parameters.TryGetValue(name, out var value) ? Value.From(value) : throw Errors.UnknownName(name);
        return new Frame(_names, values, (time ?? TimeProvider.System).GetUtcNow());
    }
}
