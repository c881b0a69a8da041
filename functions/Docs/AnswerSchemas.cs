using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Crm.Platform.Json;

namespace Crm.Docs;

/// <summary>
/// Types as they are serialised. Nulls are left out of answers, so what may be null may be absent instead; answers may come to have more members.
/// </summary>
internal sealed class AnswerSchemas(ComponentSchemas schemas, CodeDocs docs)
{
    public JsonObject Of(Type type) =>
        (JsonObject)CrmJson.Options.GetJsonSchemaAsNode(type, new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Transform });

    private JsonObject Transform(JsonSchemaExporterContext context, JsonNode node)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        var schema = node as JsonObject ?? [];
        if (schema["type"] is JsonArray types)
            schema["type"] = types.Select(one => (string)one!).First(one => one != "null");
        if (type == typeof(DateTimeOffset))
            schema = new JsonObject { ["type"] = "string", ["format"] = "date-time" };
        if (type == typeof(Uri))
            schema = new JsonObject { ["type"] = "string", ["format"] = "uri" };
        if (type.IsEnum)
            schema = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. schema["enum"]!.AsArray().Where(value => value is not null).Select(value => value!.DeepClone())]) };
        if (typeof(JsonObject).IsAssignableFrom(type))
            schema = new JsonObject { ["type"] = "object" };
        if (context.TypeInfo.Kind == JsonTypeInfoKind.Object && !typeof(JsonNode).IsAssignableFrom(type))
            schema = ComponentSchemas.Reference(schemas.Named(type.Name, type, _ => Object(context.TypeInfo, schema)));

        return context.PropertyInfo?.AttributeProvider is System.Reflection.PropertyInfo property ? ComponentSchemas.Described(schema, docs.Summary(property)) : schema;
    }

    private JsonObject Object(JsonTypeInfo type, JsonObject schema)
    {
        schema["required"] = new JsonArray([.. type.Properties.Where(property => property.Get is not null && !property.IsGetNullable && !IsNullable(property)).Select(property => JsonValue.Create(property.Name))]);
        if (schema["required"]!.AsArray().Count == 0)
            schema.Remove("required");
        return ComponentSchemas.Described(schema, docs.Summary(type.Type));
    }

    private static bool IsNullable(JsonPropertyInfo property) => Nullable.GetUnderlyingType(property.PropertyType) is not null;
}
