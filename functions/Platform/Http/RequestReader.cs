using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Crm.Platform.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Crm.Platform.Http;

/// <summary>A write request, read.</summary>
public sealed record BoundRequest(JsonElement Body, WriteOptions Options);

/// <summary>A read by id.</summary>
/// <param name="Session">The Consistency-Token, or null.</param>
/// <param name="AsOf">The time of which the record is wanted; null for now.</param>
/// <param name="Expand">Which records it refers to are wanted with it, as the client wrote it.</param>
public sealed record ReadRequest(string? Session, DateTimeOffset? AsOf, string? Expand);

/// <summary>Reads what a request says: body, conditions, keys. What cannot be understood is an error, never an exception.</summary>
internal static class RequestReader
{
    public const int MaxKey = 255;

    /// <summary>Reads a JSON body and the headers of a write.</summary>
    /// <param name="mediaTypes">What the body may be sent as; the first is the one to name.</param>
    public static async Task<Result<BoundRequest>> ReadWriteAsync(this HttpRequest request, CancellationToken cancellation, params string[] mediaTypes)
    {
        if (request.RefuseQuery() is { } unknown)
            return unknown;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !mediaTypes.Contains(type.MediaType.Value, StringComparer.OrdinalIgnoreCase))
            return new UnsupportedMediaType(mediaTypes[0]);

        var body = await request.ReadBodyAsync(request.Limits().BodyKilobytes, cancellation);
        if (body.Failed)
            return body.Error;

        var options = request.ReadOptions(SHA256.HashData(body.Value.Span));
        if (options.Failed)
            return options.Error;

        var json = Parse(body.Value, request.Limits());
        return json.Failed ? json.Error : new BoundRequest(json.Value, options.Value);
    }

    /// <summary>Reads an action whose JSON body may be left out: then it is an empty object.</summary>
    public static async Task<Result<BoundRequest>> ReadActionAsync(this HttpRequest request, CancellationToken cancellation)
    {
        if (request.HasBody())
            return await request.ReadWriteAsync(cancellation, MediaTypes.Json);

        var options = request.ReadOptions();
        return options.Failed ? options.Error : new BoundRequest(JsonElement.Parse("{}"u8), options.Value);
    }

    /// <summary>Clients that always name a content type name it where there is no content, too.</summary>
    private static bool HasBody(this HttpRequest request) => request.ContentLength is { } length
        ? length > 0
        : request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? request.ContentType is not null;

    /// <summary>
    /// Reads the texts that a record has properties for, from a JSON object or a form (RFC 6749 takes forms). Unknown names are refused, and so is a body
    /// without those that are required; others that are missing are null.
    /// </summary>
    public static async Task<Result<TextFields>> ReadTextsAsync<T>(this HttpRequest request, CancellationToken cancellation)
    {
        if (request.RefuseQuery() is { } unknown)
            return unknown;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !(Is(MediaTypes.Json) || Is(MediaTypes.MergePatch) || Is(MediaTypes.Form)))
            return new UnsupportedMediaType(MediaTypes.Json);

        var body = await request.ReadBodyAsync(request.Limits().BodyKilobytes, cancellation);
        if (body.Failed)
            return body.Error;

        return Is(MediaTypes.Form) ? TextFields.OfForm<T>(Encoding.UTF8.GetString(body.Value.Span)) : await Parse(body.Value, request.Limits()).ThenAsync(json => Task.FromResult(TextFields.OfJson<T>(json)));

        bool Is(string mediaType) => type.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Reads the headers of a write that has no body.</summary>
    public static Result<WriteOptions> ReadOptions(this HttpRequest request) =>
        request.RefuseQuery() is { } unknown ? unknown : request.ReadOptions([]);

    /// <summary>Reads what a read by id may say: the Consistency-Token of a write it must see, the time it is about, and what else to show.</summary>
    public static Result<ReadRequest> ReadQuery(this HttpRequest request)
    {
        var query = new QueryParameters(request, "asOf", "expand");
        var (asOf, expand) = (query.Time("asOf"), query.Text("expand"));
        if (asOf is not null && expand is not null)
            query.Refuse("expand", "invalid-value", "shows records as they are now, and asOf one as it was: one of them at a time");
        return query.Error is { } error ? error : new ReadRequest(request.Session(), asOf, expand);
    }

    /// <summary>Reads what a read of anything but a record may say: the Consistency-Token.</summary>
    public static Result<ReadRequest> ReadHeaders(this HttpRequest request) =>
        request.RefuseQuery() is { } unknown ? unknown : new ReadRequest(request.Session(), AsOf: null, Expand: null);

    private static string? Session(this HttpRequest request) => request.Headers[HeaderNames.ConsistencyToken] is [{ } token] ? token : null;

    /// <summary>The URL the client called.</summary>
    public static Uri Url(this HttpRequest request) => new(request.GetEncodedUrl());

    /// <summary>Refuses every query parameter that the route does not know.</summary>
    public static BadRequest? RefuseQuery(this HttpRequest request, params string[] known)
    {
        var unknown = request.Query.Keys.Where(name => !known.Contains(name)).ToList();
        return unknown.Count == 0
            ? null
            : BadRequest.Of([.. unknown.Select(name => new ParameterError(name, "unknown-parameter", known.Length == 0 ? "this route takes no query parameters" : $"known parameters: {string.Join(", ", known)}"))]);
    }

    private static Result<WriteOptions> ReadOptions(this HttpRequest request, byte[] fingerprint)
    {
        IfMatch? condition = null;
        if (request.Headers.IfMatch.Count > 0)
        {
            if (!EntityTagHeaderValue.TryParseStrictList(request.Headers.IfMatch, out var tags))
                return new BadRequest("invalid-if-match", "If-Match must be an ETag in quotes such as \"7\", a list of them, or *.");

            condition = new IfMatch(tags.Contains(EntityTagHeaderValue.Any), [.. tags.Where(tag => !tag.IsWeak).Select(tag => tag.Tag.ToString())]);
        }

        if (!request.Headers.TryGetValue(HeaderNames.IdempotencyKey, out var keys))
            return new WriteOptions(condition);
        if (keys is not [{ Length: > 0 and <= MaxKey } key])
            return new BadRequest("invalid-idempotency-key", $"Idempotency-Key must be one value of 1 to {MaxKey} characters.");

        return new WriteOptions(condition, new IdempotencyKey($"{request.Method} {request.Path}", key, Convert.ToHexStringLower(fingerprint)));
    }

    /// <summary>Reads the bytes of a body.</summary>
    /// <param name="kilobytes">How many there may be.</param>
    public static async Task<Result<ReadOnlyMemory<byte>>> ReadBodyAsync(this HttpRequest request, int kilobytes, CancellationToken cancellation)
    {
        var most = kilobytes * 1024;
        var tooLarge = new TooLarge($"A body has at most {kilobytes} KiB.");
        if (request.ContentLength > most)
            return tooLarge;

        using var body = new MemoryStream(capacity: (int)(request.ContentLength ?? 1024));
        var buffer = new byte[16 * 1024];
        try
        {
            for (int read; (read = await request.Body.ReadAsync(buffer, cancellation)) > 0;)
            {
                if (body.Length + read > most)
                    return tooLarge;
                body.Write(buffer, 0, read);
            }
        }
        catch (BadHttpRequestException broken)
        {
            return new BadRequest("invalid-body", $"The body could not be read: {broken.Message}");
        }

        return (ReadOnlyMemory<byte>)body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    public static RequestLimits Limits(this HttpRequest request) => request.HttpContext.RequestServices.GetRequiredService<IOptions<RequestLimits>>().Value;

    /// <summary>JSON as clients have to send it: Unicode, no member twice, no deeper than the limit.</summary>
    public static Result<JsonElement> Parse(ReadOnlyMemory<byte> body, RequestLimits limits)
    {
        try
        {
            var json = JsonElement.Parse(body.Span, CrmJson.Strict with { MaxDepth = limits.JsonDepth });
            ReadTexts(json);
            return json;
        }
        catch (JsonException invalid)
        {
            return new BadRequest("invalid-json", $"The body is not JSON as it should be: {invalid.Message}");
        }
        catch (InvalidOperationException)
        {
            return new BadRequest("invalid-json", "The body has text that is not Unicode: bytes that are not UTF-8, or half a surrogate pair.");
        }
    }

    /// <summary>JSON can spell half a character (\ud800), and the parser leaves texts unread; what is not Unicode could not be stored or answered.</summary>
    /// <exception cref="InvalidOperationException">A name or value is not Unicode.</exception>
    private static void ReadTexts(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    _ = member.Name;
                    ReadTexts(member.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (var element in value.EnumerateArray())
                    ReadTexts(element);
                break;
            case JsonValueKind.String:
                _ = value.GetString();
                break;
        }
    }
}
