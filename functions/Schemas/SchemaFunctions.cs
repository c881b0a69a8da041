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

/// <summary>The collections there are.</summary>
public sealed record SchemaList(IReadOnlyList<SchemaEntry> Value);

/// <summary>A collection.</summary>
/// <param name="Collection">Its name in paths.</param>
/// <param name="Name">The name of one of its records.</param>
public sealed record SchemaEntry(string Collection, string Name, SchemaLinks Links);

/// <summary>Paths of a collection.</summary>
public sealed record SchemaLinks(string Schema, string Records);

/// <summary>What there is and what it looks like, for whoever builds forms, clients or imports.</summary>
public sealed class SchemaFunctions(EntityCatalog catalog, CallContext call)
{
    /// <summary>A schema changes with a deployment only; five minutes later every client has seen it.</summary>
    private const string Caching = "private, max-age=300";

    /// <summary>Lists the collections, each with the addresses of its schema and its records.</summary>
    [Function("SchemasList"), SignedIn]
    [Operation("listSchemas"), Answers(200, typeof(SchemaList)), Answers(304)]
    public IResult List([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Routes.Schemas)] HttpRequest request)
    {
        if (request.RefuseQuery() is { } unknown)
            return Problems.From(unknown);

        var entities = catalog.All.Where(type => type.Exposed).OrderBy(type => type.Collection, StringComparer.Ordinal)
            .Select(type => new SchemaEntry(type.Collection, type.Name, new SchemaLinks(Routes.SchemaPath(type.Collection), Routes.CollectionPath(type.Collection))));
        return Cached(request, new SchemaList([.. entities]), MediaTypes.Json);
    }

    /// <summary>Reads the JSON Schema of a collection's records, as far as the caller may see them.</summary>
    /// <param name="entity">The collection's name.</param>
    [Function("SchemasRead"), SignedIn]
    [Operation("readSchema"), Answers(200, typeof(JsonObject), MediaType = MediaTypes.JsonSchema), Answers(304)]
    public IResult Read([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Routes.Schema)] HttpRequest request, string entity)
    {
        if (request.RefuseQuery() is { } unknown)
            return Problems.From(unknown);

        return catalog.Exposed(entity) is { } type
            ? Cached(request, EntitySchema.Of(type.SeenBy(call.Caller)), MediaTypes.JsonSchema)
            : Problems.From(NotFound.Collection(entity));
    }

    /// <summary>The document under a tag made from its bytes; 304 where the client has it.</summary>
    private static IResult Cached<T>(HttpRequest request, T document, string mediaType)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(document, CrmJson.Options);
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(body))[..16]}\"");
        request.HttpContext.Response.Headers.CacheControl = Caching;
        return Results.Bytes(body, mediaType, entityTag: tag);
    }
}
