using System.Text.Json.Nodes;
using Crm.Entities.Schema;
using Crm.Schemas;

namespace Crm.Docs;

/// <summary>Fields as JSON Schema in which objects have names of their own, and what the code says of a field is said.</summary>
internal sealed class NamedFields(ComponentSchemas schemas, CodeDocs docs) : FieldSchemas
{
    /// <summary>An object that may come to have more members: what is answered.</summary>
    public JsonObject Open(IEnumerable<Field> fields, IEnumerable<string> required)
    {
        var schema = new JsonObject { ["type"] = "object", ["properties"] = Properties(fields) };
        AddRequired(schema, required);
        return schema;
    }

    /// <summary>A merge patch (RFC 7396): any of the fields, null for those that may be without a value.</summary>
    public JsonObject OfPatch(IEnumerable<Field> fields) => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject(fields.Select(field => KeyValuePair.Create(field.Name, (JsonNode?)OfPatch(field)))),
        ["additionalProperties"] = false,
    };

    protected override JsonObject OfObject(Field field) => field switch
    {
        { Kind: FieldKind.Json } => new JsonObject { ["type"] = "object" },
        { Reference: not null } => Link(field),
        { Record: { } record } => ComponentSchemas.Reference(schemas.Named(record.Name, record, fields => ComponentSchemas.Described(
            fields.Open(field.Fields.Values, field.Fields.Values.Where(member => member.Required && !member.ServerSet).Select(member => member.Name)), docs.Summary(record)))),
        _ => base.OfObject(field),
    };

    protected override void AddMarks(JsonObject schema, Field field)
    {
        base.AddMarks(schema, field);

        // Clients that count in binary would refuse 99.995 as a multiple of 0.0001.
        if (schema.Remove("multipleOf"))
            schema["x-scale"] = field.Number!.Scale;
        if (field.Property is { } property && docs.Summary(property) is { } summary)
            schema["description"] = summary;
    }

    private JsonObject Link(Field field)
    {
        var link = Open(field.Fields.Values, field.Fields.Keys);
        link["properties"]!["record"] = new JsonObject { ["type"] = "object", ["readOnly"] = true, ["description"] = "The record itself, where expand asks for it." };
        return link;
    }

    private JsonObject OfPatch(Field field)
    {
        // A patch goes into objects; lists it replaces whole.
        var schema = field switch
        {
            { Reference: not null, Kind: FieldKind.Object } => OfPatch(field.Fields.Values),
            { Kind: FieldKind.Object, Record: { } record } => ComponentSchemas.Reference(schemas.Named($"{record.Name}Patch", record, fields => fields.OfPatch(field.Fields.Values))),
            _ => Of(field),
        };
        if (field.Required)
            return schema;
        if (schema["type"] is not JsonValue type)
            return new JsonObject { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };

        schema["type"] = new JsonArray(type.DeepClone(), "null");
        (schema["enum"] as JsonArray)?.Add(null);
        return schema;
    }
}
