using System.Net.Mime;
using Crm.Entities;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Cosmos;
using Crm.Platform.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Query;

/// <summary>Lists, for every collection of the catalog.</summary>
public sealed class ListFunctions(EntityCatalog catalog, RecordLists lists, CallContext call, RequestCharge charge)
{
    [Function("EntitiesList"), Records(Right.Read)]
    public async Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Routes.Collection)] HttpRequest request, string entity, CancellationToken cancellation)
    {
        if (catalog.Exposed(entity) is not { } type)
            return Problems.From(NotFound.Collection(entity));

        var seen = type.SeenBy(call.Caller);
        var page = await lists.ListAsync(seen, call.Caller, Readable.By(call.Caller, seen), request.Query, request.Url(), cancellation);
        return page.Failed ? Problems.From(page.Error) : new PageResult(page.Value, charge);
    }

    private sealed class PageResult(ListPage page, RequestCharge charge) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            charge.Add(page.RequestCharge);
            var response = httpContext.Response;
            response.ContentType = MediaTypeNames.Application.Json;
            response.ContentLength = page.Body.Length;
            if (page.Link is not null)
                response.Headers.Link = page.Link;

            return response.Body.WriteAsync(page.Body, httpContext.RequestAborted).AsTask();
        }
    }
}
