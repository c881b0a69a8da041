using System.Globalization;
using System.Text.Json;
using Crm.Local.Cosmos.Query;
using Crm.Local.Cosmos.Storage;

namespace Crm.Local.Cosmos.Wire;

/// <summary>Query plans and query pages.</summary>
internal sealed class QueryRoutes(StoreEngine engine)
{
    private const int DefaultPage = 1000;

    public static WireResponse Plan(WireRequest request) => Guarded(() =>
    {
        using var body = ContainerProperties.ParseObject(request.Body);
        return new WireResponse(200, Parse(body.RootElement).Plan()).WithCharge(0);
    });

    public WireResponse Run(WireRequest request, Container container) => Guarded(() =>
    {
        using var body = ContainerProperties.ParseObject(request.Body);
        if (body.RootElement.TryGetProperty("resumeFilter", out _))
            throw RequestException.NotSupported("resume filters (plans of this store never ask for them)");
        var range = RequestScope.Read(request, container);
        if (range is null && !request.IsTrue(HeaderNames.CrossPartition))
        {
            throw new RequestException(
                400, 0, "Cross partition query is required but disabled. Set x-ms-documentdb-query-enablecrosspartition to true or name the partition key.");
        }

        var query = Parse(body.RootElement);
        var scope = new QueryRequest(range ?? EpkRange.All, RequestScope.MaxItems(request, DefaultPage), request.Header(HeaderNames.Continuation));
        using var session = engine.Read(container);
        var page = query.Run(Parameters(body.RootElement), scope, new ItemReader(session));
        var response = new WireResponse(200, Replies.Feed(container.Rid, "Documents", page.Rows, page.Count))
            .With(HeaderNames.ItemCount, page.Count.ToString(CultureInfo.InvariantCulture))
            .With("x-ms-cosmos-query-requiresdistribution", "False")
            .WithCharge(RequestCharge.Query(page.ItemsRead, page.IndexEntriesRead, page.Rows.Length))
            .From(container, session.Lsn);
        return page.Continuation is null ? response : response.With(HeaderNames.Continuation, page.Continuation);
    });

    private static WireResponse Guarded(Func<WireResponse> answer)
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

    private static CosmosQuery Parse(JsonElement body)
    {
        if (!body.TryGetProperty("query", out var query) || query.ValueKind != JsonValueKind.String)
            throw new RequestException(400, 0, "The request body has no query.");
        return CosmosQuery.Parse(query.GetString()!);
    }

    private static Dictionary<string, JsonElement> Parameters(JsonElement body)
    {
        var parameters = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (!body.TryGetProperty("parameters", out var list) || list.ValueKind != JsonValueKind.Array)
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
