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
    /// <summary>Lists records, page by page.</summary>
    [Function("EntitiesList"), Records(Right.Read)]
    [Operation("list{Many}"), Paged, Answers(200, typeof(Entity), Many = true)]
    [Query("filter", "Those that meet a condition (OData: eq ne gt ge lt le in, and or not, startswith endswith contains, tags/any(t:t eq 'vip'); @me, in @myTeams, @now and @today for who asks and when).", Fields = QueryFields.Filterable)]
    [Query("orderby", "One field, alone or followed by asc or desc.", Fields = QueryFields.Sortable)]
    [Query("select", "The fields that are wanted, with commas between; id and etag are always there.", Fields = QueryFields.All)]
    [Query("expand", "References whose records are wanted too, with commas between, one step further with a slash: account/parentAccount,owner.")]
    [Query("count", "Whether to count what the list has in all, up to 10,000.", Type = typeof(bool))]
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
