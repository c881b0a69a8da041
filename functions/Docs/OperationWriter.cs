using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Crm.Entities;
using Crm.Entities.Schema;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Crm.Platform.Paging;
using Microsoft.OpenApi;
using Standard = Microsoft.Net.Http.Headers.HeaderNames;

namespace Crm.Docs;

/// <summary>Writes an operation as OpenAPI describes it, from what its function declares.</summary>
internal sealed partial class OperationWriter(OpenApiDocument document, ComponentSchemas schemas, CodeDocs docs, EntityCatalog catalog, ListOptions lists, Func<JsonObject, IOpenApiSchema> schema)
{
    private readonly ApiExamples _examples = new(document);
    private readonly AnswerWriter _answers = new(document, schemas, catalog, schema);

    public OpenApiOperation Write(ApiOperation operation, string tag)
    {
        var text = Text(operation);
        return new OpenApiOperation
        {
            OperationId = operation.Id,
            Tags = new HashSet<OpenApiTagReference> { new(tag, document) },
            Summary = FirstSentence().Match(text).Value,
            Description = $"{text}\n\n{Access(operation)}",
            Parameters = [.. PathParameters(operation), .. QueryParameters(operation), .. Headers(operation)],
            RequestBody = operation.Declared<TakesAttribute>() is { } takes ? Body(operation, takes) : null,
            Responses = _answers.Write(operation),
            Security = ApiSecurity.Of(operation.Declared<AccessAttribute>()!, document),
        };
    }

    /// <summary>Of a collection's operation, in the words of the collection.</summary>
    private string Text(ApiOperation operation)
    {
        var text = docs.Summary(operation.Function) ?? operation.Id;
        if (!operation.IsGeneric)
            return text;

        var (one, many) = (operation.Type!.Name.Replace('-', ' '), operation.Type.Collection.Replace('-', ' '));
        var article = "aeiou".Contains(one[0], StringComparison.Ordinal) ? "an" : "a";
        return ManyRecords().Replace(OneRecord().Replace(text, $"{article} {one}").Replace("deleted record", $"deleted {one}", StringComparison.Ordinal), many);
    }

    private static string Access(ApiOperation operation) => operation.Declared<AccessAttribute>() switch
    {
        PublicAttribute => "Needs no sign-in.",
        PlatformAttribute => "Takes the key of the deployment's operator.",
        UserOnlyAttribute => "For users, not for API keys.",
        SpecialAttribute { Right: var right } => $"Takes the right `{Camel(right)}`.",
        RecordsAttribute { ViewsHistory: true } records => $"Takes the rights `{Camel(records.Right)}` on `{records.Collection ?? operation.Type!.Collection}` and `{Camel(SpecialGrant.ViewHistory)}`.",
        RecordsAttribute records => $"Takes the right `{Camel(records.Right)}` on `{records.Collection ?? operation.Type!.Collection}`.",
        _ => "For whoever is signed in.",
    };

    private IEnumerable<IOpenApiParameter> PathParameters(ApiOperation operation) => operation.Parameters.Select(parameter => new OpenApiParameter
    {
        Name = parameter.Name,
        In = ParameterLocation.Path,
        Required = true,
        Description = docs.Parameter(operation.Function, parameter.Name) ?? "The record's id.",
        Schema = parameter.IsCollection
            ? new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. catalog.All.Where(type => type.Exposed).Select(type => type.Collection).Order(StringComparer.Ordinal).Select(name => JsonValue.Create(name))] }
            : new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1 },
    });

    private IEnumerable<IOpenApiParameter> QueryParameters(ApiOperation operation)
    {
        foreach (var query in operation.AllDeclared<QueryAttribute>())
        {
            var described = query.Fields is QueryFields.Filterable or QueryFields.All ? $"{query.Description} Fields: {string.Join(", ", Fields(operation, query.Fields).Select(name => $"`{name}`"))}." : query.Description;
            yield return Query(query.Name, described, query.Fields == QueryFields.Sortable ? Sortings(operation) : schemas.Answer(query.Type));
        }

        if (operation.Declared<PagedAttribute>() is not { } paged)
            yield break;

        yield return Query("maxpagesize", "How many a page has at most.", new JsonObject { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = lists.MaxPageSize, ["default"] = lists.DefaultPageSize });
        yield return Query(paged.By, "Where the page starts: as in the nextLink of the page before, with the other parameters as they were.", new JsonObject { ["type"] = "string" });
    }

    private OpenApiParameter Query(string name, string description, JsonObject of) =>
        new() { Name = name, In = ParameterLocation.Query, Description = description, Schema = schema(of) };

    private static IEnumerable<string> Fields(ApiOperation operation, QueryFields wanted) => operation.Type!.Fields.Values
        .Where(field => wanted == QueryFields.All || (wanted == QueryFields.Sortable ? field.Sortable : field.Filterable && field.Kind != FieldKind.Json))
        .Select(field => field.Name);

    private static JsonObject Sortings(ApiOperation operation) => new()
    {
        ["type"] = "string",
        ["enum"] = new JsonArray([.. Fields(operation, QueryFields.Sortable).SelectMany(name => new[] { name, $"{name} asc", $"{name} desc" }).Select(text => JsonValue.Create(text))]),
    };

    private IEnumerable<IOpenApiParameter> Headers(ApiOperation operation)
    {
        var writes = operation.Declared<WritesAttribute>();
        if (writes is { Creates: false })
            yield return ApiHeaders.Sent(document, Standard.IfMatch, writes.NeedsIfMatch);
        if (writes is not null && operation.Declared<TakesAttribute>()?.Body != typeof(Stream) && operation.Method != HttpMethod.Delete)
            yield return ApiHeaders.Sent(document, HeaderNames.IdempotencyKey, required: false);
        if (operation.AllDeclared<AnswersAttribute>().Any(answer => answer.Status == 304))
            yield return ApiHeaders.Sent(document, Standard.IfNoneMatch, required: false);
        foreach (var header in operation.AllDeclared<HeaderAttribute>())
            yield return ApiHeaders.Sent(document, header.Name, required: false);
    }

    private OpenApiRequestBody Body(ApiOperation operation, TakesAttribute takes)
    {
        var (of, example) = BodyOf(operation, takes);
        return new OpenApiRequestBody
        {
            Required = !takes.Optional,
            Content = takes.MediaTypes.ToDictionary(type => type, _ => (IOpenApiMediaType)new OpenApiMediaType { Schema = schema(of), Examples = _examples.Named(example) }),
        };
    }

    private (JsonObject Schema, string? Example) BodyOf(ApiOperation operation, TakesAttribute takes)
    {
        if (takes.Body == typeof(Stream))
            return ([], null);
        if (takes.Body != typeof(Entity))
            return (ComponentSchemas.Reference(schemas.Body(takes.Body, takes.With)), null);
        if (operation.Method == HttpMethod.Patch)
            return (ComponentSchemas.Reference(schemas.Patch(operation.Type!)), _examples.Patch());

        // What was read can be sent back whole; what is new has no id yet.
        var creation = ComponentSchemas.Reference(schemas.Creation(operation.Type!));
        return operation.Method == HttpMethod.Put
            ? (new JsonObject { ["anyOf"] = new JsonArray(creation, ComponentSchemas.Reference(schemas.Record(operation.Type!))) }, _examples.Record(operation.Type!))
            : (creation, _examples.Creation(operation.Type!));
    }

    private static string Camel<T>(T value) where T : struct, Enum => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    [GeneratedRegex(@"^.*?(?=[.:](\s|$))|^.*$", RegexOptions.Singleline)]
    private static partial Regex FirstSentence();

    [GeneratedRegex(@"\ba record\b")]
    private static partial Regex OneRecord();

    [GeneratedRegex(@"\brecords\b")]
    private static partial Regex ManyRecords();
}
