using Crm.Platform.Json;
using Crm.Platform.Paging;
using Microsoft.AspNetCore.Http;

namespace Crm.Webhooks;

/// <summary>One page of deliveries, newest event first.</summary>
/// <param name="NextLink">Where the next page is; null after the last.</param>
public sealed record DeliveryPage(IReadOnlyList<DeliveryView> Value, string? NextLink) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (NextLink is not null)
            httpContext.Response.Headers.Link = NextLinks.Header(NextLink);
        return httpContext.Response.WriteAsJsonAsync(new { Value, NextLink }, CrmJson.Options, httpContext.RequestAborted);
    }
}
