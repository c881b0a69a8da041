using System.Globalization;
using Crm.Local.Cosmos.Query;
using Crm.Local.Cosmos.Storage;

namespace Crm.Local.Cosmos.Wire;

/// <summary>Query plans and query pages.</summary>
internal sealed class QueryRoutes(StoreEngine engine)
{
    private const int DefaultPage = 1000;

    public static WireResponse Plan(WireRequest request) => QueryBody.Guarded(() =>
    {
        using var body = new QueryBody(request);
        return new WireResponse(200, body.Query.Plan()).WithCharge(0);
    });

    public WireResponse Run(WireRequest request, Container container) => QueryBody.Guarded(() =>
    {
        using var body = new QueryBody(request);
        var range = RequestScope.Read(request, container);
        if (range is null && !request.IsTrue(HeaderNames.CrossPartition))
        {
            throw new RequestException(
                400, 0, "Cross partition query is required but disabled. Set x-ms-documentdb-query-enablecrosspartition to true or name the partition key.");
        }

        var scope = new QueryRequest(range ?? EpkRange.All, RequestScope.MaxItems(request, DefaultPage), request.Header(HeaderNames.Continuation), body.Resume);
        using var session = engine.Read(container);
        return Answer(body.Query.Run(body.Parameters, scope, new ItemReader(session)), container.Rid, "Documents").From(container, session.Lsn);
    });

    /// <summary>A query over databases, containers or offers.</summary>
    /// <param name="rid">Of what they belong to.</param>
    /// <param name="name">Of the list in the answer.</param>
    public static WireResponse Run(WireRequest request, string rid, string name, IEnumerable<byte[]> resources) => QueryBody.Guarded(() =>
    {
        using var body = new QueryBody(request);
        var scope = new QueryRequest(EpkRange.All, RequestScope.MaxItems(request, DefaultPage), request.Header(HeaderNames.Continuation));
        return Answer(body.Query.Run(body.Parameters, scope, new ResourceReader(resources), narrow: false), rid, name);
    });

    private static WireResponse Answer(QueryPage page, string rid, string name)
    {
        var response = new WireResponse(200, Replies.Feed(rid, name, page.Rows, page.Count))
            .With(HeaderNames.ItemCount, page.Count.ToString(CultureInfo.InvariantCulture))
            .With("x-ms-cosmos-query-requiresdistribution", "False")
            .WithCharge(RequestCharge.Query(page.ItemsRead, page.IndexEntriesRead, page.Rows.Length));
        return page.Continuation is null ? response : response.With(HeaderNames.Continuation, page.Continuation);
    }
}
