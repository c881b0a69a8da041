using System.Text.Json.Nodes;
using Crm.Entities.Schema;

namespace Crm.Schemas;

/// <summary>Fields as JSON Schema (2020-12): the same fields that validation and queries work from.</summary>
internal class FieldSchemas
{
    /// <summary>Forms that JSON Schema has a format for. The others are named in <c>x-format</c>.</summary>
    private static readonly Dictionary<TextForm, string> Formats = new() { [TextForm.Email] = "email", [TextForm.Url] = "uri" };

    public JsonObject Of(Field field)
    {
        var schema = field.Kind is FieldKind.Object or FieldKind.Json ? OfObject(field) : OfValue(field);
        AddMarks(schema, field);
        return schema;
    }

    /// <summary>An object of these fields and no others. What the server sets, nobody has to send.</summary>
    public JsonObject OfMembers(IEnumerable<Field> fields)
    {
        var schema = new JsonObject { ["type"] = "object", ["properties"] = Properties(fields) };
        AddRequired(schema, fields.Where(field => field.Required && !field.ServerSet).Select(field => field.Name));
        schema["additionalProperties"] = false;
        return schema;
    }

    protected virtual JsonObject OfObject(Field field) => OfMembers(field.Fields.Values);

    protected JsonObject Properties(IEnumerable<Field> fields) => new(fields.Select(field => KeyValuePair.Create(field.Name, (JsonNode?)Of(field))));

    protected static void AddRequired(JsonObject schema, IEnumerable<string> names)
    {
        if (names.ToList() is [_, ..] required)
            schema["required"] = List(required);
    }

    protected static JsonArray List(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);

    /// <summary>What the API knows of a field beyond its values.</summary>
    protected virtual void AddMarks(JsonObject schema, Field field)
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

    private JsonObject OfValue(Field field)
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
        }

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

    /// <summary>Without <c>by</c>, any write makes the move; with it, only the action of that name.</summary>
    private static JsonObject Of(StateMove move)
    {
        var described = new JsonObject { ["from"] = move.From, ["to"] = move.To };
        if (move.Action is not null)
            described["by"] = move.Action;

        return described;
    }
}
