using System.Reflection;
using System.Text.Json.Nodes;
using Crm.Entities;
using Microsoft.OpenApi;

namespace Crm.Docs;

/// <summary>Examples, under names of their own: the valid body of each entity that the tests create records from.</summary>
internal sealed class ApiExamples(OpenApiDocument document)
{
    private const string Id = "0198c1d5-7a60-7000-8000-000000000001";

    /// <summary>A body to create a record of, by name; null where there is none.</summary>
    public string? Creation(EntityType type) => Sample(type) is { } sample ? Add($"New{ComponentSchemas.Name(type)}", sample) : null;

    /// <summary>That record, as it is answered.</summary>
    public string? Record(EntityType type)
    {
        if (Sample(type) is not { } sample)
            return null;

        var record = new JsonObject { ["id"] = Id, ["type"] = type.Collection, ["version"] = 1, ["etag"] = "\"1\"", ["createdAt"] = "2026-01-31T08:00:00.000Z", ["updatedAt"] = "2026-01-31T08:00:00.000Z" };
        foreach (var (name, value) in sample)
            record[name] = value?.DeepClone();
        return Add(ComponentSchemas.Name(type), record);
    }

    /// <summary>A patch of any record.</summary>
    public string Patch() => Add("Tag", new JsonObject { ["tags"] = new JsonArray("vip") });

    public Dictionary<string, IOpenApiExample>? Named(string? name) => name is null ? null : new() { [name] = new OpenApiExampleReference(name, document) };

    private string Add(string name, JsonObject example)
    {
        document.Components!.Examples ??= new Dictionary<string, IOpenApiExample>();
        document.Components.Examples.TryAdd(name, new OpenApiExample { Value = example });
        return name;
    }

    private static JsonObject? Sample(EntityType type)
    {
        using var file = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Samples.{type.Collection}.json");
        return file is null ? null : (JsonObject)Filled(JsonNode.Parse(file))!;
    }

    /// <summary>Tests put fresh values where there is a mark.</summary>
    private static JsonNode? Filled(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, Filled(member.Value)))),
        JsonArray elements => new JsonArray([.. elements.Select(Filled)]),
        JsonValue value when value.TryGetValue<string>(out var text) => text switch
        {
            ['@', ..] => Id,
            "{day}" => "2026-01-31",
            _ => text.Replace("{unique}", "1", StringComparison.Ordinal),
        },
        _ => node?.DeepClone(),
    };
}
