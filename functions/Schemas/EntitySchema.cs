using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Platform.Http;

namespace Crm.Schemas;

/// <summary>
/// An entity as JSON Schema, whole in one document. It describes a record as it is answered; what is <c>readOnly</c> is left out of what is sent. Absent and
/// null are the same, and answers have no nulls.
/// </summary>
internal static class EntitySchema
{
    private static readonly FieldSchemas Fields = new();

    public static JsonObject Of(EntityType type)
    {
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["$id"] = Routes.SchemaPath(type.Collection),
            ["title"] = type.Name,
        };
        foreach (var (keyword, value) in Fields.OfMembers(type.Fields.Values))
            schema[keyword] = value?.DeepClone();
        if (type.UniqueTogether.Count > 0)
            schema["x-unique-together"] = new JsonArray([.. type.UniqueTogether.Select(names => new JsonArray([.. names.Select(name => JsonValue.Create(name))]))]);

        return schema;
    }
}
