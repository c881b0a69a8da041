using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Docs;
using Crm.Entities;
using Crm.Platform.Paging;
using Crm.Tests.Fixtures;
using Json.Schema;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Crm.Tests.Docs;

/// <summary>The API's description as something that requests and answers can be held to.</summary>
internal sealed class ApiContract
{
    private const string Base = "https://crm.example/openapi.json";

    private static readonly Lazy<ApiContract> Made = new(() => new ApiContract(Describe()));

    private readonly BuildOptions _build = new() { SchemaRegistry = new SchemaRegistry(), Dialect = Dialect.Draft202012 };
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, JsonSchema> _schemas = new();
    private readonly List<(string[] Segments, string Path)> _paths;

    private ApiContract(JsonObject document)
    {
        Document = document;
        _build.SchemaRegistry.Register(new Uri(Base), new JsonElementBaseDocument(JsonSerializer.SerializeToElement(document), new Uri(Base)));
        _paths = [.. document["paths"]!.AsObject().Select(path => (path.Key.Split('/'), path.Key)).OrderBy(path => path.Key.Count(c => c == '{'))];
    }

    /// <summary>Of the app that the tests run: its catalog has widgets too.</summary>
    public static ApiContract Shared => Made.Value;

    public JsonObject Document { get; }

    /// <summary>What is answered, or taken, otherwise than it is described; empty where there is nothing of the kind.</summary>
    public async Task<IReadOnlyList<string>> DifferencesAsync(HttpRequestMessage request, HttpResponseMessage response)
    {
        var (method, status) = (request.Method.Method.ToLowerInvariant(), (int)response.StatusCode);
        if (Find(request.RequestUri!.AbsolutePath) is not { } path || Document["paths"]![path]![method] is not JsonObject operation)
            return response.IsSuccessStatusCode ? [$"{request.Method} {request.RequestUri.AbsolutePath} is not described"] : [];

        var name = (string)operation["operationId"]!;
        if (Resolved(operation["responses"]![$"{status}"]) is not { } described)
            return [$"{name} does not say that it answers {status}"];

        List<string> differences = [.. Headers(response).Where(header => described["headers"]?[header] is null).Select(header => $"{name} {status} does not say that it has {header}")];
        if (response.Content.Headers.ContentType?.MediaType is { } type && described["content"] is var content && response.Content.Headers.ContentLength != 0)
        {
            if ((content?[type] ?? content?["*/*"]) is not JsonObject media)
                differences.Add($"{name} {status} does not say that it answers {type}");
            else if (type.EndsWith("json", StringComparison.Ordinal) && response.Content.Headers.ContentEncoding.Count == 0)
                differences.AddRange(Check(media["schema"]!, await ElementAsync(response.Content)).Select(error => $"{name} {status}: {error}"));
        }

        if (response.IsSuccessStatusCode && request.Content is JsonContent && operation["requestBody"]?["content"]?[request.Content.Headers.ContentType!.MediaType!] is JsonObject sent)
            differences.AddRange(Check(sent["schema"]!, WithoutNulls(await ElementAsync(request.Content), method)).Select(error => $"{name} takes what it does not say it takes: {error}"));
        return differences;
    }

    /// <summary>Where a value is not of a schema of the document.</summary>
    public IReadOnlyList<string> Check(JsonNode schema, JsonElement value)
    {
        var results = Schema(schema).Evaluate(value, new EvaluationOptions { OutputFormat = OutputFormat.List, RequireFormatValidation = false });
        return results.IsValid ? [] : [.. (results.Details ?? []).Where(detail => detail.Errors is not null).SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation} {error.Key}: {error.Value}"))];
    }

    public IReadOnlyList<string> Check(string component, JsonNode? value) =>
        Check(new JsonObject { ["$ref"] = $"#/components/schemas/{component}" }, JsonSerializer.SerializeToElement(value));

    /// <summary>The parameters of the operation that a request is for.</summary>
    public IReadOnlyList<JsonObject> Parameters(string method, string path) =>
        [.. Document["paths"]![Find(path)!]![method.ToLowerInvariant()]!["parameters"]?.AsArray().Select(parameter => Resolved(parameter)!) ?? []];

    private static JsonObject Describe()
    {
        var catalog = new EntityCatalog([.. EntityCatalog.BuiltIn, EntityType.Of<Widget>("widgets")]);
        var document = new ApiDocument(catalog, Options.Create(new ListOptions())).Make(typeof(CrmApplication).Assembly.GetTypes());
        return (JsonObject)JsonNode.Parse(document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1).GetAwaiter().GetResult())!;
    }

    private JsonSchema Schema(JsonNode schema) => _schemas.GetOrAdd(schema.ToJsonString(), text =>
    {
        lock (_build)
            return JsonSchema.FromText(text.Replace("\"#/components/", $"\"{Base}#/components/", StringComparison.Ordinal), _build);
    });

    private string? Find(string path)
    {
        var segments = path.Split('/');
        return _paths.Find(known => known.Segments.Length == segments.Length && known.Segments.Zip(segments).All(pair => pair.First.StartsWith('{') ? pair.Second.Length > 0 : pair.First == pair.Second)).Path;
    }

    private JsonObject? Resolved(JsonNode? node) =>
        (string?)node?["$ref"] is { } reference ? (JsonObject)reference[2..].Split('/').Aggregate((JsonNode)Document, (at, step) => at[step]!) : (JsonObject?)node;

    /// <summary>Those the API gives a meaning of its own.</summary>
    private IEnumerable<string> Headers(HttpResponseMessage response) =>
        response.Headers.Select(header => header.Key).Where(name => Document["components"]!["headers"]![name] is not null);

    private static async Task<JsonElement> ElementAsync(HttpContent content) => JsonElement.Parse(await content.ReadAsStringAsync());

    /// <summary>Null and absent are the same, but for what a patch says outside of lists, which it replaces whole.</summary>
    private static JsonElement WithoutNulls(JsonElement body, string method)
    {
        return JsonSerializer.SerializeToElement(Without(JsonNode.Parse(body.GetRawText()), method == "patch"));

        static JsonNode? Without(JsonNode? node, bool patch) => node switch
        {
            JsonObject members => new JsonObject(members.Where(member => patch || member.Value is not null).Select(member => KeyValuePair.Create(member.Key, Without(member.Value, patch)))),
            JsonArray elements => new JsonArray([.. elements.Select(element => Without(element, patch: false))]),
            _ => node?.DeepClone(),
        };
    }
}
