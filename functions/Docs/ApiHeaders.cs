using System.Text.Json.Nodes;
using Crm.Platform.Http;
using Microsoft.OpenApi;
using Standard = Microsoft.Net.Http.Headers.HeaderNames;

namespace Crm.Docs;

/// <summary>What each header of the API says, in requests and in answers.</summary>
internal static class ApiHeaders
{
    private static readonly Dictionary<string, (string Description, string Example)> Known = new()
    {
        [HeaderNames.ApiVersion] = ("The version of the API.", RequestMiddleware.Version),
        [HeaderNames.RequestId] = ("Names the request, in answers, history and logs; the client's own where it sent one.", "0198c1d5-7a60-7000-8000-00000000000a"),
        [HeaderNames.RequestCost] = ("What the request has cost the database, in request units.", "6.67"),
        ["RateLimit-Policy"] = ("How many requests there may be in how many seconds (draft-ietf-httpapi-ratelimit-headers). Absent where there is no limit.", "\"burst\";q=100;w=10, \"daily\";q=50000;w=86400"),
        ["RateLimit"] = ("How many requests are left, and when there will be all again.", "\"burst\";r=42;t=7"),
        [HeaderNames.ConsistencyToken] = ("Sent back in a read, it sees this write.", "0:-1#42"),
        [HeaderNames.IdempotencyKey] = ("Sent again with the same key and the same body within 30 days, the request is answered again and not done again.", "2f1c9a52-7c1b-4b8e-9d3e-1c5b7a3e9f10"),
        [HeaderNames.IdempotentReplayed] = ("The request was done before; this is its first answer.", "true"),
        [HeaderNames.ReprDigest] = ("The digest of the file (RFC 9530).", "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"),
        [Standard.IfMatch] = ("The ETag of the version that is changed, or * for whatever is there.", "\"1\""),
        [Standard.IfNoneMatch] = ("The ETag of what the client has: 304 where it is the same.", "\"1\""),
        [Standard.ETag] = ("The version that is answered.", "\"1\""),
        [Standard.Location] = ("Where what was made can be read.", "https://crm.example/api/v1/contacts/0198c1d5-7a60-7000-8000-000000000001"),
        [Standard.Link] = ("The next page (RFC 8288); absent from the last.", "<https://crm.example/api/v1/contacts?cursor=…>; rel=\"next\""),
        [Standard.RetryAfter] = ("Seconds to wait.", "1"),
        [Standard.WWWAuthenticate] = ("How to authenticate (RFC 6750).", "Bearer realm=\"crm\""),
        [Standard.ContentDisposition] = ("The name of the file.", "attachment; filename=offer.pdf"),
        [HeaderNames.WebhookId] = ("The id of the event: the same in every attempt.", "evt_0198c1d57a6070008000000000000001"),
        [HeaderNames.WebhookTimestamp] = ("When it was sent, in seconds since 1970.", "1769846400"),
        [HeaderNames.WebhookSignature] = ("HMAC-SHA256 of id, timestamp and body with the webhook's secret (Standard Webhooks); several while a secret is rotated.", "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="),
        ["Accept-Patch"] = ("What a patch may be sent as.", MediaTypes.MergePatch),
    };

    /// <summary>Of every answer.</summary>
    private static readonly string[] Common = [HeaderNames.ApiVersion, HeaderNames.RequestId, HeaderNames.RequestCost, "RateLimit-Policy", "RateLimit"];

    /// <summary>Headers of an answer, beside those that every answer has.</summary>
    public static Dictionary<string, IOpenApiHeader> Answered(OpenApiDocument document, IEnumerable<string> names) =>
        Common.Concat(names).Distinct().ToDictionary(name => name, name => (IOpenApiHeader)Answered(document, name));

    /// <summary>A header of a request, as a parameter that many operations name.</summary>
    public static IOpenApiParameter Sent(OpenApiDocument document, string name, bool required)
    {
        var key = required ? $"{name}-required" : name;
        document.Components!.Parameters ??= new Dictionary<string, IOpenApiParameter>();
        document.Components.Parameters.TryAdd(key, new OpenApiParameter
        {
            Name = name,
            In = ParameterLocation.Header,
            Required = required,
            Description = Known[name].Description,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = name == HeaderNames.IdempotencyKey ? RequestReader.MaxKey : null },
            Example = JsonValue.Create(Known[name].Example),
        });
        return new OpenApiParameterReference(key, document);
    }

    private static OpenApiHeaderReference Answered(OpenApiDocument document, string name)
    {
        document.Components!.Headers ??= new Dictionary<string, IOpenApiHeader>();
        document.Components.Headers.TryAdd(name, new OpenApiHeader
        {
            Description = Known[name].Description,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            Example = JsonValue.Create(Known[name].Example),
        });
        return new OpenApiHeaderReference(name, document);
    }
}
