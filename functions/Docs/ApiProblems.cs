using System.Net;
using System.Text.Json.Nodes;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;
using Standard = Microsoft.Net.Http.Headers.HeaderNames;

namespace Crm.Docs;

/// <summary>The problems that operations answer: one response for each status, with every code it may have.</summary>
internal static class ApiProblems
{
    public static void AddTo(OpenApiDocument document, ComponentSchemas schemas, Func<JsonObject, IOpenApiSchema> schema)
    {
        var problem = schemas.Answer(typeof(Problem));
        document.Components!.Responses = ProblemKinds.All.GroupBy(kind => kind.Status).ToDictionary(status => Name(status.Key), status => (IOpenApiResponse)new OpenApiResponse
        {
            Description = $"{ReasonPhrases.GetReasonPhrase(status.Key)}: {string.Join(", ", status.SelectMany(kind => kind.Codes).Distinct().Order(StringComparer.Ordinal).Select(code => $"`{code}`"))}",
            Headers = ApiHeaders.Answered(document, Headers(status.Key)),
            Content = new Dictionary<string, IOpenApiMediaType> { [Problems.MediaType] = new OpenApiMediaType { Schema = schema(Of(problem, status)), Example = Example(status.First()) } },
        });
    }

    /// <summary>What an operation may answer when not all goes well: it follows from what it declares.</summary>
    public static SortedSet<int> Statuses(ApiOperation operation)
    {
        var statuses = new SortedSet<int>(operation.AllDeclared<FailsAttribute>().Select(fails => fails.Status)) { 400, 429, 500, 503 };
        if (operation.Declared<AccessAttribute>() is not PublicAttribute)
            statuses.Add(401);
        if (operation.Declared<AccessAttribute>() is not (PublicAttribute or PlatformAttribute))
            statuses.Add(403);
        if (operation.Parameters.Count > 0)
            statuses.Add(404);
        if (operation.Declared<TakesAttribute>() is not null)
            statuses.UnionWith([413, 415, 422]);
        if (operation.Declared<PagedAttribute>() is not null)
            statuses.Add(410);
        if (operation.Declared<WritesAttribute>() is { } writes)
        {
            statuses.UnionWith([409, 422]);
            if (!writes.Creates)
                statuses.Add(412);
            if (writes.NeedsIfMatch)
                statuses.Add(428);
        }

        return statuses;
    }

    public static IOpenApiResponse Reference(OpenApiDocument document, int status) => new OpenApiResponseReference(Name(status), document);

    private static string Name(int status) => ((HttpStatusCode)status).ToString();

    private static JsonObject Of(JsonObject problem, IGrouping<int, ProblemKind> status) => new()
    {
        ["allOf"] = new JsonArray(problem.DeepClone(), new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["status"] = new JsonObject { ["type"] = "integer", ["enum"] = new JsonArray(status.Key) },
                ["code"] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. status.SelectMany(kind => kind.Codes).Distinct().Order(StringComparer.Ordinal).Select(code => JsonValue.Create(code))]) },
            },
        }),
    };

    private static JsonObject Example(ProblemKind kind) => new()
    {
        ["type"] = $"urn:problem:crm:{kind.Codes[0]}",
        ["title"] = kind.Title,
        ["status"] = kind.Status,
        ["code"] = kind.Codes[0],
        ["detail"] = "What to change, in a sentence.",
        ["instance"] = "/api/v1/contacts",
        ["requestId"] = "0198c1d5-7a60-7000-8000-00000000000a",
    };

    private static string[] Headers(int status) => status switch
    {
        401 => [Standard.WWWAuthenticate],
        415 => ["Accept-Patch"],
        429 or 503 => [Standard.RetryAfter],
        _ => [],
    };
}
