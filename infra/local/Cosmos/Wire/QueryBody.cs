using System.Text.Json;
using Crm.Local.Cosmos.Query;
using Crm.Local.Cosmos.Storage;

namespace Crm.Local.Cosmos.Wire;

/// <summary>The body of a query request: <c>{"query": text, "parameters": [{"name": "@x", "value": any}]}</c>.</summary>
internal sealed class QueryBody : IDisposable
{
    private readonly JsonDocument _document;

    /// <exception cref="RequestException">It is no such body.</exception>
    /// <exception cref="QueryException">Its query is refused.</exception>
    public QueryBody(WireRequest request)
    {
        _document = ContainerProperties.ParseObject(request.Body);
        var root = _document.RootElement;
        if (!root.TryGetProperty("query", out var query) || query.ValueKind != JsonValueKind.String)
            throw new RequestException(400, 0, "The request body has no query.");
        Query = CosmosQuery.Parse(query.GetString()!);
        Parameters = ReadParameters(root);
        Resume = root.TryGetProperty("resumeFilter", out var filter) ? ResumeFilter.Read(filter) : null;
    }

    public CosmosQuery Query { get; }

    /// <summary>By name, the <c>@</c> included. They live as long as this does.</summary>
    public IReadOnlyDictionary<string, JsonElement> Parameters { get; }

    public ResumeFilter? Resume { get; }

    /// <summary>Answers what a query is refused for, or what the store lacks.</summary>
    public static WireResponse Guarded(Func<WireResponse> answer)
    {
        try
        {
            return answer();
        }
        catch (QueryException exception)
        {
            var error = JsonSerializer.Serialize(new { errors = new[] { new { severity = "Error", code = exception.Code, message = exception.Message } } });
            return Replies.Error(400, 0, "Message: " + error);
        }
        catch (UnsupportedQueryException exception)
        {
            return Replies.Error(501, 0, exception.Message);
        }
    }

    public void Dispose() => _document.Dispose();

    private static Dictionary<string, JsonElement> ReadParameters(JsonElement root)
    {
        var parameters = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (!root.TryGetProperty("parameters", out var list) || list.ValueKind != JsonValueKind.Array)
            return parameters;
        foreach (var parameter in list.EnumerateArray())
        {
            if (parameter.ValueKind != JsonValueKind.Object || !parameter.TryGetProperty("name", out var name)
                || name.ValueKind != JsonValueKind.String || !parameter.TryGetProperty("value", out var value))
                throw new RequestException(400, 0, "A query parameter needs a name and a value.");
            parameters[name.GetString()!] = value;
        }

        return parameters;
    }
}
