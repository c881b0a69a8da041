using Crm.Local.Cosmos.Storage;

namespace Crm.Local.Cosmos.Wire;

/// <summary><c>/dbs/{database}/colls/{container}/docs</c>: one address for creating, batches, queries and feeds; headers say which.</summary>
internal sealed class CollectionRoutes(StoreEngine engine)
{
    private readonly QueryRoutes _queries = new(engine);
    private readonly BatchRoutes _batches = new(engine);
    private readonly FeedRoutes _feeds = new(engine);

    public async ValueTask<WireResponse> AnswerAsync(WireRequest request, Container container)
    {
        if (request.Method == "GET")
            return request.Header(HeaderNames.IncrementalMode) is null ? _feeds.Items(request, container) : _feeds.Changes(request, container);
        if (request.Method != "POST")
            return Replies.Error(405, 0, "The method is not allowed for items.");
        if (request.IsTrue(HeaderNames.QueryPlanRequest))
            return QueryRoutes.Plan(request);
        if (request.IsTrue(HeaderNames.IsQuery))
            return _queries.Run(request, container);
        if (request.IsTrue(HeaderNames.BatchRequest))
            return await _batches.RunAsync(request, container);
        return await WriteAsync(request, container);
    }

    private async Task<WireResponse> WriteAsync(WireRequest request, Container container)
    {
        ItemRequest.CheckSupported(request);
        if (request.Header(HeaderNames.IfNoneMatch) is not null)
            throw RequestException.NotSupported("If-None-Match on writes");
        var body = ItemRequest.Body(request.Body, ItemRequest.Key(request, container), container);
        var ifMatch = request.Header(HeaderNames.IfMatch);
        var outcome = request.IsTrue(HeaderNames.IsUpsert)
            ? await engine.WriteAsync(session => ItemOperations.Upsert(session, container, body, ifMatch))
            : await engine.WriteAsync(session => ItemOperations.Create(session, container, body));
        return ItemRequest.Answer(request, container, outcome);
    }
}
