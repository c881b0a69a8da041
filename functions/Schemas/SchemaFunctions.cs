using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Crm.Platform.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Net.Http.Headers;

namespace Crm.Schemas;

/// <summary>What there is and what it looks like, for whoever builds forms, clients or imports.</summary>
public sealed class SchemaFunctions(EntityCatalog catalog, CallContext call)
{
    /// <summary>A schema changes with a deployment only; five minutes later every client has seen it.</summary>
    private const string Caching = "private, max-age=300";

    [Function("SchemasList"), SignedIn]
    public IResult List([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Routes.Schemas)] HttpRequest request)
    {
        if (request.RefuseQuery() is { } unknown)
            return Problems.From(unknown);

        var entities = catalog.All.Where(type => type.Exposed).OrderBy(type => type.Collection, StringComparer.Ordinal).Select(type => new JsonObject
        {
            ["collection"] = type.Collection,
            ["name"] = type.Name,
            ["links"] = new JsonObject { ["schema"] = Routes.SchemaPath(type.Collection), ["records"] = Routes.CollectionPath(type.Collection) },
        });
        return Cached(request, new JsonObject { ["value"] = new JsonArray([.. entities]) }, MediaTypes.Json);
    }

    [Function("SchemasRead"), SignedIn]
    public IResult Read([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Routes.Schema)] HttpRequest request, string entity)
    {
        if (request.RefuseQuery() is { } unknown)
            return Problems.From(unknown);

        return catalog.Exposed(entity) is { } type
            ? Cached(request, EntitySchema.Of(type.SeenBy(call.Caller)), MediaTypes.JsonSchema)
            : Problems.From(NotFound.Collection(entity));
    }

    /// <summary>The document under a tag made from its bytes; 304 where the client has it.</summary>
    private static IResult Cached(HttpRequest request, JsonObject document, string mediaType)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(document, CrmJson.Options);
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(body))[..16]}\"");
        request.HttpContext.Response.Headers.CacheControl = Caching;
        return Results.Bytes(body, mediaType, entityTag: tag);
    }
}
