using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Http;
using Crm.Platform.Json;
using Microsoft.AspNetCore.Http;
using ContentDispositionHeaderValue = Microsoft.Net.Http.Headers.ContentDispositionHeaderValue;

namespace Crm.Files;

/// <summary>A content, ready to be read once.</summary>
public sealed record ContentReply(Attachment Attachment, Stream Content);

/// <summary>Where a content can be fetched by whoever has the address.</summary>
public sealed record ContentLink(Uri Url, DateTimeOffset ExpiresAt);

/// <summary>Contents as answers.</summary>
internal static class ContentReplies
{
    /// <summary>The content as a file to be saved, with the record's ETag; 304 where the client has it already.</summary>
    public static IResult Content(Result<ContentReply> result) => result.Failed ? Problems.From(result.Error) : new ContentResult(result.Value);

    public static IResult Link(Result<ContentLink> result) => result.Failed ? Problems.From(result.Error) : Results.Json(result.Value, CrmJson.Options);

    private sealed class ContentResult(ContentReply reply) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            await using var content = reply.Content;
            var (attachment, request, response) = (reply.Attachment, httpContext.Request, httpContext.Response);
            response.Headers.ETag = attachment.Etag;

            // The content may be anything: no browser shall show it as a page of ours, and no cache keep it.
            response.Headers.XContentTypeOptions = "nosniff";
            response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
            response.Headers.CacheControl = "private, no-cache";
            if (request.Headers.IfNoneMatch.Any(tags => tags is "*" || tags!.Contains(attachment.Etag, StringComparison.Ordinal)))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }

            var disposition = new ContentDispositionHeaderValue("attachment");
            disposition.SetHttpFileName(attachment.FileName);
            response.Headers.ContentDisposition = disposition.ToString();
            response.Headers[HeaderNames.ReprDigest] = $"sha-256=:{Convert.ToBase64String(Convert.FromHexString(attachment.Sha256!))}:";
            response.ContentType = attachment.ContentType;
            response.ContentLength = attachment.Size;
            await content.CopyToAsync(response.Body, httpContext.RequestAborted);
        }
    }
}
