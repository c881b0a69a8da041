using System.Net.Mime;
using System.Text.Json;
using Crm.Platform.Json;
using Crm.Platform.Paging;
using Microsoft.AspNetCore.Http;

namespace Crm.Webhooks.EventFeed;

/// <summary>A page of the event feed, as it is sent.</summary>
/// <param name="Position">Behind the last event that was looked at: what to ask for later, also where the page is empty.</param>
/// <param name="NextLink">Where the feed goes on at once; absent at its end.</param>
internal sealed record EventList(IReadOnlyList<WebhookEvent> Value, string Position, string? NextLink);

/// <summary>A page of the event feed.</summary>
/// <param name="Value">CloudEvents, each as the JSON that a webhook would be sent.</param>
/// <param name="Position">Behind the last event that was looked at: what to ask for later, also where the page is empty.</param>
/// <param name="NextLink">Where the feed goes on at once; null at its end.</param>
public sealed record EventPage(IReadOnlyList<byte[]> Value, string Position, string? NextLink) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = MediaTypeNames.Application.Json;
        if (NextLink is not null)
            response.Headers.Link = NextLinks.Header(NextLink);

        await using var writer = new Utf8JsonWriter(response.BodyWriter, CrmJson.Writer);
        writer.WriteStartObject();
        writer.WriteStartArray("value");
        foreach (var body in Value)
            writer.WriteRawValue(body, skipInputValidation: true);
        writer.WriteEndArray();
        writer.WriteString("position", Position);
        if (NextLink is not null)
            writer.WriteString("nextLink", NextLink);
        writer.WriteEndObject();
        await writer.FlushAsync(httpContext.RequestAborted);
    }
}
