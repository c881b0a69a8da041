using Crm.Local.Cosmos.Query;
using Crm.Local.Cosmos.Storage;

namespace Crm.Local.Cosmos.Wire;

/// <summary><c>/dbs/{database}/colls/{container}/docs/{id}</c>: operations on one item by its key.</summary>
internal sealed class ItemRoutes(StoreEngine engine)
{
    public async ValueTask<WireResponse> AnswerAsync(WireRequest request, Container container, string id)
    {
        ItemRequest.CheckSupported(request);
        var key = ItemRequest.Key(request, container);
        if (request.Method == "GET")
            return Read(request, container, key, id);
        if (request.Header(HeaderNames.IfNoneMatch) is not null)
            throw RequestException.NotSupported("If-None-Match on writes");
        var ifMatch = request.Header(HeaderNames.IfMatch);
        var outcome = request.Method switch
        {
            "PUT" => await ReplaceAsync(request, container, key, id, ifMatch),
            "PATCH" => await PatchAsync(request, container, key, id, ifMatch),
            "DELETE" => await engine.WriteAsync(session => ItemOperations.Delete(session, container, key, id, ifMatch)),
            _ => new Outcome(405, Message: "The method is not allowed for an item."),
        };
        return ItemRequest.Answer(request, container, outcome);
    }

    private WireResponse Read(WireRequest request, Container container, PartitionKey key, string id)
    {
        var lsn = container.Log.Committed;
        if (ReadSession.Read(engine.Readers, container, key.Epk, id, engine.Now, request.Header(HeaderNames.IfNoneMatch)) is not { } item)
            return Replies.Refused(Outcome.NotFound).WithCharge(1).From(container, lsn);
        return new WireResponse(item.Json.Length == 0 ? 304 : 200, item.Json)
            .With(HeaderNames.ETag, item.ETag)
            .WithCharge(RequestCharge.Read(item.Json.Length))
            .From(container, lsn);
    }

    private Task<Outcome> ReplaceAsync(WireRequest request, Container container, PartitionKey key, string id, string? ifMatch)
    {
        var body = ItemRequest.Body(request.Body, key, container);
        if (body.Id != id)
            throw new RequestException(400, 0, "The id of the body differs from the id of the address.");
        return engine.WriteAsync(session => ItemOperations.Replace(session, container, body, ifMatch));
    }

    private async Task<Outcome> PatchAsync(WireRequest request, Container container, PartitionKey key, string id, string? ifMatch)
    {
        var patch = PatchDocument.Parse(request.Body, container);
        try
        {
            return await engine.WriteAsync(session => ItemOperations.Patch(session, container, key, id, patch, ifMatch));
        }
        catch (QueryException exception)
        {
            throw new RequestException(400, 0, $"The patch condition is invalid: {exception.Message}");
        }
        catch (UnsupportedQueryException exception)
        {
            throw new RequestException(501, 0, exception.Message);
        }
    }
}
