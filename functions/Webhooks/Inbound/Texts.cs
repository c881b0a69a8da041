using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities.Schema;
using Crm.Platform.Json;

namespace Crm.Webhooks.Inbound;

/// <summary>Values of events as texts, and texts as values of fields: forms, templates and constants have nothing but texts.</summary>
internal static class Texts
{
    /// <summary>A scalar as text; null where there is none.</summary>
    public static string? Of(JsonElement? value) => value?.ValueKind switch
    {
        JsonValueKind.String => value.Value.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.Value.GetRawText(),
        _ => null,
    };

    /// <summary>
    /// A value as its field holds it: a text becomes a number, or true or false, where the field is one, and a number a text. What does not fit stays as it
    /// is, for the field to refuse. A text without content is none, as forms send it for what was left blank.
    /// </summary>
    public static JsonNode? Fitting(JsonElement value, Field field) => (value.ValueKind, field.Kind) switch
    {
        (JsonValueKind.String, _) when string.IsNullOrWhiteSpace(value.GetString()) => null,
        (JsonValueKind.String, FieldKind.Integer or FieldKind.Decimal) => Number(value.GetString()!) ?? value.ToNode(),
        (JsonValueKind.String, FieldKind.Boolean) => value.GetString() switch
        {
            "true" or "on" => true,
            "false" or "off" => false,
            _ => value.ToNode(),
        },
        (JsonValueKind.Number, FieldKind.Text) => value.GetRawText(),
        (JsonValueKind.Array, FieldKind.List) => new JsonArray([.. value.EnumerateArray().Take(field.MaxLength + 1).Select(element => Fitting(element, field.Element!)).Where(element => element is not null)]),
        _ => value.ToNode(),
    };

    private static JsonNode? Number(string text) =>
        decimal.TryParse(text.Trim(), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
}
