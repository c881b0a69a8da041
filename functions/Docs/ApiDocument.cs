using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Platform.Http;
using Crm.Platform.Json;
using Crm.Platform.Paging;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;

namespace Crm.Docs;

/// <summary>The API as one OpenAPI 3.1 document, made of the catalog and of what functions declare.</summary>
internal sealed class ApiDocument(EntityCatalog catalog, IOptions<ListOptions> lists)
{
    private const string About = """
        A CRM: every record has a version, an ETag and a history from its first write.

        - Lists answer `{value, nextLink}`; follow `nextLink` until there is none.
        - `PUT`, `PATCH` and `DELETE` need `If-Match` with the ETag that was read, or `*`.
        - `POST`, `PUT` and `PATCH` take an `Idempotency-Key`: the same request again is answered again and not done again.
        - Null and absent are the same. What one may not see is not there.
        - Errors are problem details (RFC 9457). `code` is contract; unknown fields and parameters are refused.
        - Values of enumerations may be added; clients take those they do not know for what they are.
        """;

    /// <param name="types">Those that functions are in.</param>
    public OpenApiDocument Make(IReadOnlyList<Type> types)
    {
        var docs = CodeDocs.Of(typeof(ApiDocument).Assembly);
        var document = new OpenApiDocument
        {
            Info = new OpenApiInfo { Title = "CRM", Version = RequestMiddleware.Version, Description = About },
            Servers = [new OpenApiServer { Url = "/", Description = "Where this description is from." }],
            Paths = [],
            Components = new OpenApiComponents(),
            Tags = new HashSet<OpenApiTag>(),
        };
        var schemas = new ComponentSchemas(docs);
        foreach (var type in catalog.All.Where(type => type.Exposed))
            schemas.Record(type);

        ApiSecurity.AddTo(document.Components);
        ApiProblems.AddTo(document, schemas, Schema);
        var writer = new OperationWriter(document, schemas, docs, catalog, lists.Value, Schema);
        foreach (var operation in ApiOperations.Of(types, catalog, docs))
        {
            document.Paths.TryAdd(operation.Path, new OpenApiPathItem { Operations = [] });
            document.Paths[operation.Path].Operations!.Add(operation.Method, writer.Write(operation, Tag(operation)));
        }

        document.Webhooks = ApiWebhooks.Of(types, document, schemas, docs, Schema);
        document.Components.Schemas = schemas.All.ToDictionary(schema => schema.Key, schema => Schema(schema.Value));
        return document;

        // Operations on a collection stand together, others by the class of their function.
        string Tag(ApiOperation operation)
        {
            var name = operation.Type?.Collection ?? operation.Function.DeclaringType!.Name.Replace("Functions", "", StringComparison.Ordinal).ToLowerInvariant();
            var about = docs.Summary(operation.Type?.Record ?? operation.Function.DeclaringType!);
            if (document.Tags.All(tag => tag.Name != name))
                document.Tags.Add(new OpenApiTag { Name = name, Description = about ?? name });
            return name;
        }

        IOpenApiSchema Schema(JsonObject json)
        {
            if (json is { Count: 1 } && (string?)json["$ref"] is { } reference)
                return new OpenApiSchemaReference(reference.Split('/')[^1], document);

            return OpenApiModelFactory.Parse<OpenApiSchema>(json.ToJsonString(CrmJson.Options), OpenApiSpecVersion.OpenApi3_1, document, out _)!;
        }
    }
}
