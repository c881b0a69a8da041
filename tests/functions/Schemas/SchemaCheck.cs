using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Crm.Tests.Schemas;

/// <summary>
/// Holds a value to a JSON Schema (2020-12), in the keywords that the API's own schemas use. It refuses any other keyword, so that none goes unchecked.
/// </summary>
internal static class SchemaCheck
{
    private static readonly HashSet<string> Annotations =
        ["$schema", "$id", "title", "readOnly", "x-format", "x-sortable", "x-filterable", "x-unique", "x-unique-together", "x-element-key", "x-reference", "x-moves"];

    /// <summary>Pointer and keyword of everything that is wrong.</summary>
    public static IReadOnlyList<string> Errors(JsonNode? value, JsonObject schema) => [.. Check(value, schema, "#")];

    private static IEnumerable<string> Check(JsonNode? value, JsonObject schema, string at)
    {
        return schema.Where(keyword => !Annotations.Contains(keyword.Key)).SelectMany(Check);

        IEnumerable<string> Check(KeyValuePair<string, JsonNode?> keyword) => keyword.Key switch
        {
            "type" => Unless(IsOf(value, (string)keyword.Value!), keyword.Key),
            "enum" => Unless(keyword.Value!.AsArray().Any(one => JsonNode.DeepEquals(one, value)), keyword.Key),
            "format" => Unless(HasFormat((string)value!, (string)keyword.Value!), keyword.Key),
            "minLength" => Unless(Length(value) >= (int)keyword.Value!, keyword.Key),
            "maxLength" => Unless(Length(value) <= (int)keyword.Value!, keyword.Key),
            "minimum" => Unless((decimal)value! >= (decimal)keyword.Value!, keyword.Key),
            "exclusiveMinimum" => Unless((decimal)value! > (decimal)keyword.Value!, keyword.Key),
            "maximum" => Unless((decimal)value! <= (decimal)keyword.Value!, keyword.Key),
            "multipleOf" => Unless((decimal)value! % (decimal)keyword.Value! == 0, keyword.Key),
            "minItems" => Unless(value!.AsArray().Count >= (int)keyword.Value!, keyword.Key),
            "maxItems" => Unless(value!.AsArray().Count <= (int)keyword.Value!, keyword.Key),
            "items" => value!.AsArray().SelectMany((element, index) => SchemaCheck.Check(element, (JsonObject)keyword.Value!, $"{at}/{index}")),
            "properties" => Members(value).SelectMany(member => keyword.Value![member.Key] is JsonObject known ? SchemaCheck.Check(member.Value, known, $"{at}/{member.Key}") : []),
            "required" => keyword.Value!.AsArray().Where(name => value?[(string)name!] is null).Select(name => $"{at}/{name} required"),
            "additionalProperties" => Members(value).Where(member => schema["properties"]![member.Key] is null).Select(member => $"{at}/{member.Key} additionalProperties"),
            var unknown => throw new InvalidOperationException($"The check does not know the keyword '{unknown}'."),
        };

        string[] Unless(bool valid, string keyword) => valid ? [] : [$"{at} {keyword}"];
    }

    private static JsonObject Members(JsonNode? value) => value as JsonObject ?? [];

    private static int Length(JsonNode? text) => ((string)text!).EnumerateRunes().Count();

    private static bool IsOf(JsonNode? value, string type) => (value?.GetValueKind(), type) switch
    {
        (JsonValueKind.Object, "object") or (JsonValueKind.Array, "array") or (JsonValueKind.String, "string") => true,
        (JsonValueKind.True or JsonValueKind.False, "boolean") or (JsonValueKind.Number, "number") => true,
        (JsonValueKind.Number, "integer") => (decimal)value! % 1 == 0,
        _ => false,
    };

    private static bool HasFormat(string text, string format) => format switch
    {
        "email" => text.IndexOf('@', StringComparison.Ordinal) > 0,
        "uri" => Uri.TryCreate(text, UriKind.Absolute, out _),
        "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", out _),
        "date-time" => text.Contains('T', StringComparison.Ordinal) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _),
        _ => throw new InvalidOperationException($"The check does not know the format '{format}'."),
    };
}
