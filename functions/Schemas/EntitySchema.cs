using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Entities.Schema;
using Crm.Platform.Http;

namespace Crm.Schemas;

/// <summary>
/// An entity as JSON Schema (2020-12), made from the same fields that validation and queries work from. It describes a record as it is answered; what
/// is <c>readOnly</c> is left out of what is sent. Absent and null are the same, and answers have no nulls.
/// </summary>
internal static class EntitySchema
{
    /// <summary>Forms that JSON Schema has a format for. The others are named in <c>x-format</c>.</summary>
    private static readonly Dictionary<TextForm, string> Formats = new() { [TextForm.Email] = "email", [TextForm.Url] = "uri" };

    public static JsonObject Of(EntityType type)
    {
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["$id"] = Routes.SchemaPath(type.Collection),
            ["title"] = type.Name,
        };
        AddMembers(schema, type.Fields);
        if (type.UniqueTogether.Count > 0)
            schema["x-unique-together"] = new JsonArray([.. type.UniqueTogether.Select(List)]);

        return schema;
    }

    private static void AddMembers(JsonObject schema, IReadOnlyDictionary<string, Field> fields)
    {
        schema["type"] = "object";
        schema["properties"] = new JsonObject(fields.Values.Select(field => KeyValuePair.Create(field.Name, (JsonNode?)Of(field))));
        var required = fields.Values.Where(field => field.Required && !field.ServerSet).Select(field => field.Name).ToList();
        if (required.Count > 0)
            schema["required"] = List(required);
        schema["additionalProperties"] = false;
    }

    private static JsonObject Of(Field field)
    {
        var schema = new JsonObject();
        switch (field.Kind)
        {
            case FieldKind.Text:
                AddText(schema, field);
                break;
            case FieldKind.Select:
                schema["type"] = "string";
                schema["enum"] = List(field.Values);
                break;
            case FieldKind.Integer or FieldKind.Decimal:
                AddNumber(schema, field);
                break;
            case FieldKind.Boolean:
                schema["type"] = "boolean";
                break;
            case FieldKind.Date or FieldKind.DateTime:
                schema["type"] = "string";
                schema["format"] = field.Kind == FieldKind.Date ? "date" : "date-time";
                break;
            case FieldKind.List:
                schema["type"] = "array";
                schema["items"] = Of(field.Element!);
                if (field.MinLength > 0)
                    schema["minItems"] = field.MinLength;
                schema["maxItems"] = field.MaxLength;
                break;
            default:
                AddMembers(schema, field.Fields);
                break;
        }

        AddMarks(schema, field);
        return schema;
    }

    private static void AddText(JsonObject schema, Field field)
    {
        schema["type"] = "string";

        // What has to be there has to say something.
        var least = Math.Max(field.MinLength, field.Required ? 1 : 0);
        if (least > 0)
            schema["minLength"] = least;
        schema["maxLength"] = field.MaxLength;
        if (field.Form is { } form)
            schema[Formats.ContainsKey(form) ? "format" : "x-format"] = Formats.GetValueOrDefault(form) ?? form.ToString().ToLowerInvariant();
    }

    private static void AddNumber(JsonObject schema, Field field)
    {
        schema["type"] = field.Kind == FieldKind.Integer ? "integer" : "number";
        if (field.Number is not { } number)
            return;

        if (double.IsFinite(number.Min))
            schema[number.AboveMin ? "exclusiveMinimum" : "minimum"] = (decimal)number.Min;
        if (double.IsFinite(number.Max))
            schema["maximum"] = (decimal)number.Max;
        if (field.Kind == FieldKind.Decimal)
            schema["multipleOf"] = new decimal(1, 0, 0, false, (byte)number.Scale);
    }

    /// <summary>What the API knows of a field beyond its values.</summary>
    private static void AddMarks(JsonObject schema, Field field)
    {
        if (field.ServerSet)
            schema["readOnly"] = true;
        if (field.Sortable)
            schema["x-sortable"] = true;
        if (field.Filterable && field.Kind != FieldKind.Json)
            schema["x-filterable"] = true;
        if (field.Unique)
            schema["x-unique"] = true;
        if (field.ElementKey)
            schema["x-element-key"] = true;
        if (field.Reference is { } reference)
        {
            schema["x-reference"] = new JsonObject
            {
                ["collections"] = List(reference.Collections),
                ["onDelete"] = reference.OnDelete == OnDelete.SetNull ? "setNull" : "restrict",
            };
        }

        if (field.States is { } states)
            schema["x-moves"] = new JsonArray([.. states.Moves.Select(Of)]);
    }

    /// <summary>Without <c>by</c>, any write makes the move; with it, only the action of that name.</summary>
    private static JsonObject Of(StateMove move)
    {
        var described = new JsonObject { ["from"] = move.From, ["to"] = move.To };
        if (move.Action is not null)
            described["by"] = move.Action;

        return described;
    }

    private static JsonArray List(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);
}
