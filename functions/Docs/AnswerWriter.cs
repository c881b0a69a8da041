using System.Globalization;
using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Entities.Schema;
using Crm.Platform.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;
using Standard = Microsoft.Net.Http.Headers.HeaderNames;

namespace Crm.Docs;

/// <summary>Writes what an operation answers: what it declares, and the problems that follow from its declarations.</summary>
internal sealed class AnswerWriter(OpenApiDocument document, ComponentSchemas schemas, EntityCatalog catalog, Func<JsonObject, IOpenApiSchema> schema)
{
    private readonly ApiExamples _examples = new(document);

    public OpenApiResponses Write(ApiOperation operation)
    {
        var responses = new OpenApiResponses();
        foreach (var answer in operation.AllDeclared<AnswersAttribute>().OrderBy(answer => answer.Status))
            responses[answer.Status.ToString(CultureInfo.InvariantCulture)] = Response(operation, answer);
        foreach (var status in ApiProblems.Statuses(operation))
            responses.TryAdd(status.ToString(CultureInfo.InvariantCulture), ApiProblems.Reference(document, status));

        return responses;
    }

    private OpenApiResponse Response(ApiOperation operation, AnswersAttribute answer)
    {
        var type = answer.Body is { } body && typeof(Entity).IsAssignableFrom(body) ? body == typeof(Entity) ? operation.Type! : catalog.All.Single(type => type.Record == body) : null;
        return new OpenApiResponse
        {
            Description = ReasonPhrases.GetReasonPhrase(answer.Status),
            Headers = ApiHeaders.Answered(document, AnswerHeaders(operation, answer, type)),
            Content = answer.Body is null ? null : new Dictionary<string, IOpenApiMediaType> { [answer.Body == typeof(Stream) ? MediaTypes.Any : answer.MediaType] = Content(answer, type) },
        };
    }

    private OpenApiMediaType Content(AnswersAttribute answer, EntityType? type)
    {
        if (type is null)
            return new OpenApiMediaType { Schema = schema(answer.Body == typeof(Stream) ? [] : schemas.Answer(answer.Body!)) };
        if (answer.Many)
            return new OpenApiMediaType { Schema = schema(ComponentSchemas.Reference(schemas.Page(type))) };

        var record = ComponentSchemas.Reference(schemas.Record(type));
        var withSecret = answer.WithSecret || (answer.Status == 201 && type.Record.IsDefined(typeof(WithSecretAttribute), inherit: false));
        return new OpenApiMediaType { Schema = schema(withSecret ? WithSecret(record) : record), Examples = _examples.Named(_examples.Record(type)) };
    }

    private static JsonObject WithSecret(JsonObject record) => new()
    {
        ["allOf"] = new JsonArray(record, new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { ["secret"] = new JsonObject { ["type"] = "string", ["description"] = "Shown this once." } },
        }),
    };

    private static IEnumerable<string> AnswerHeaders(ApiOperation operation, AnswersAttribute answer, EntityType? type)
    {
        var isFile = answer.Body == typeof(Stream);
        foreach (var header in answer.Headers)
            yield return header;
        if ((type is not null && !answer.Many) || isFile || answer.Status == 304 || operation.AllDeclared<AnswersAttribute>().Any(other => other.Status == 304))
            yield return Standard.ETag;
        if (type is not null && answer.Status == 201)
            yield return Standard.Location;
        if (operation.Declared<PagedAttribute>() is not null)
            yield return Standard.Link;
        if (operation.Declared<WritesAttribute>() is not null || operation.AllDeclared<HeaderAttribute>().Any(header => header.Name == HeaderNames.ConsistencyToken))
            yield return HeaderNames.ConsistencyToken;
        if (operation.Declared<WritesAttribute>() is not null)
            yield return HeaderNames.IdempotentReplayed;
        if (isFile)
            yield return Standard.ContentDisposition;
        if (isFile)
            yield return HeaderNames.ReprDigest;
    }
}
