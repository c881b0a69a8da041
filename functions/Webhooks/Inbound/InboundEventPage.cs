using Crm.Platform.Json;
using Crm.Platform.Paging;
using Microsoft.AspNetCore.Http;

namespace Crm.Webhooks.Inbound;

/// <summary>One page of events, newest first.</summary>
/// <param name="NextLink">Where the next page is; null after the last.</param>
public sealed record InboundEventPage(IReadOnlyList<InboundEventView> Value, string? NextLink) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (NextLink is not null)
            httpContext.Response.Headers.Link = NextLinks.Header(NextLink);
        return httpContext.Response.WriteAsJsonAsync(new { Value, NextLink }, CrmJson.Options, httpContext.RequestAborted);
    }
}
