using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Crm.Docs;

/// <summary>Bytes that are the same for everybody until the next deployment: compressed once, kept by clients under their ETag.</summary>
internal sealed class ServedContent
{
    private readonly byte[] _compressed;
    private readonly string _mediaType;
    private readonly string _etag;

    private readonly string? _policy;

    private ServedContent(byte[] compressed, string mediaType, string? policy)
    {
        (_compressed, _mediaType, _policy) = (compressed, mediaType, policy);
        _etag = $"\"{Convert.ToHexStringLower(SHA256.HashData(compressed))[..16]}\"";
    }

    /// <param name="policy">What it may load and do, where it is a page.</param>
    public static ServedContent Of(byte[] content, string mediaType, string? policy = null)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
            gzip.Write(content);
        return new ServedContent(compressed.ToArray(), mediaType, policy);
    }

    public static ServedContent OfCompressed(byte[] compressed, string mediaType) => new(compressed, mediaType, policy: null);

    public IResult Answer() => new Result(this);

    private sealed class Result(ServedContent content) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var (request, response) = (httpContext.Request, httpContext.Response);
            response.Headers.ETag = content._etag;
            response.Headers.CacheControl = "public, max-age=300";
            response.Headers.Vary = HeaderNames.AcceptEncoding;
            if (content._policy is not null)
                response.Headers.ContentSecurityPolicy = content._policy;
            if (request.Headers.IfNoneMatch.Any(tags => tags is "*" || tags!.Contains(content._etag, StringComparison.Ordinal)))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }

            response.ContentType = content._mediaType;
            if (TakesGzip(request.Headers.AcceptEncoding))
            {
                response.Headers.ContentEncoding = "gzip";
                response.ContentLength = content._compressed.Length;
                await response.Body.WriteAsync(content._compressed, httpContext.RequestAborted);
                return;
            }

            await using var plain = new GZipStream(new MemoryStream(content._compressed), CompressionMode.Decompress);
            await plain.CopyToAsync(response.Body, httpContext.RequestAborted);
        }

        private static bool TakesGzip(StringValues accepted) =>
            StringWithQualityHeaderValue.TryParseList(accepted, out var encodings) && encodings.Any(encoding => encoding.Value == "gzip" && encoding.Quality is not 0);
    }
}
