using System.Reflection;
using System.Text.Json.Nodes;
using Crm.Platform.Http;
using Microsoft.OpenApi;

namespace Crm.Docs;

/// <summary>What the API sends by itself, as its receivers see it.</summary>
internal static class ApiWebhooks
{
    public static Dictionary<string, IOpenApiPathItem> Of(IEnumerable<Type> types, OpenApiDocument document, ComponentSchemas schemas, CodeDocs docs, Func<JsonObject, IOpenApiSchema> schema) => types
        .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
        .Where(method => method.IsDefined(typeof(SendsAttribute)))
        .ToDictionary(method => method.GetCustomAttribute<SendsAttribute>()!.Id, method => (IOpenApiPathItem)new OpenApiPathItem
        {
            Operations = new() { [HttpMethod.Post] = Operation(method.GetCustomAttribute<SendsAttribute>()!, docs.Summary(method), document, schemas, schema) },
        });

    private static OpenApiOperation Operation(SendsAttribute sends, string? summary, OpenApiDocument document, ComponentSchemas schemas, Func<JsonObject, IOpenApiSchema> schema) => new()
    {
        OperationId = sends.Id,
        Tags = new HashSet<OpenApiTagReference> { new("webhooks", document) },
        Summary = summary,
        Description = "Any answer from 200 to 299 in time is success. 410 disables the webhook; what else fails is tried again for days, or when `Retry-After` says so.",
        Security = [],
        Parameters = [.. sends.Headers.Select(header => ApiHeaders.Sent(document, header, required: true))],
        RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, IOpenApiMediaType> { [sends.MediaType] = new OpenApiMediaType { Schema = schema(schemas.Answer(sends.Body)) } },
        },
        Responses = new OpenApiResponses
        {
            ["2XX"] = new OpenApiResponse { Description = "Taken" },
            ["410"] = new OpenApiResponse { Description = "Nobody is there any more" },
        },
    };
}
