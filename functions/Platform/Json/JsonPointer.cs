using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Crm.Platform.Json;

/// <summary>JSON pointers (RFC 6901): <c>/lines/0/sku</c>; the empty one is the whole document.</summary>
public sealed record JsonPointer(IReadOnlyList<string> Steps)
{
    /// <summary>An array is made no longer than this by what is put into it.</summary>
    public const int MostElements = 50;

    public static bool TryParse(string text, [NotNullWhen(true)] out JsonPointer? pointer)
    {
        var escaped = text.Replace("~0", "", StringComparison.Ordinal).Replace("~1", "", StringComparison.Ordinal);
        pointer = (text.Length > 0 && text[0] != '/') || escaped.Contains('~', StringComparison.Ordinal)
            ? null
            : new JsonPointer([.. text.Split('/').Skip(1).Select(step => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))]);
        return pointer is not null;
    }

    /// <exception cref="FormatException">The text is no pointer.</exception>
    public static JsonPointer Parse(string text) => TryParse(text, out var pointer) ? pointer : throw new FormatException($"'{text}' is no JSON pointer.");

    /// <summary>The index that a step is in an array, or null.</summary>
    public static int? Index(string step) =>
        (step.Length == 1 || !step.StartsWith('0')) && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;

    /// <summary>What is there; null where nothing or a null is.</summary>
    public JsonElement? Find(JsonElement document)
    {
        var found = document;
        foreach (var step in Steps)
        {
            switch (found.ValueKind)
            {
                case JsonValueKind.Object when found.TryGetProperty(step, out var member):
                    found = member;
                    break;
                case JsonValueKind.Array when Index(step) is { } index && index < found.GetArrayLength():
                    found = found[index];
                    break;
                default:
                    return null;
            }
        }

        return found.ValueKind == JsonValueKind.Null ? null : found;
    }

    /// <inheritdoc cref="Find(JsonElement)"/>
    public JsonNode? Find(JsonNode document) => Steps.Aggregate((JsonNode?)document, Child);

    /// <summary>Puts a value there, and makes the objects and arrays on the way: a step that is an index makes an array, with nulls before it.</summary>
    /// <returns>False where something else is in the way.</returns>
    public bool TrySet(JsonObject document, JsonNode value)
    {
        JsonNode holder = document;
        for (var at = 0; at < Steps.Count - 1; at++)
        {
            var child = Child(holder, Steps[at]);
            if (child is null && !TryPut(holder, Steps[at], child = Index(Steps[at + 1]) is null ? new JsonObject() : new JsonArray()))
                return false;
            holder = child;
        }

        return Steps.Count > 0 && TryPut(holder, Steps[^1], value);
    }

    private static JsonNode? Child(JsonNode? node, string step) => node switch
    {
        JsonObject members => members[step],
        JsonArray elements when Index(step) is { } index && index < elements.Count => elements[index],
        _ => null,
    };

    private static bool TryPut(JsonNode holder, string step, JsonNode value)
    {
        switch (holder)
        {
            case JsonObject members:
                members[step] = value;
                return true;
            case JsonArray elements when Index(step) is { } index and < MostElements:
                while (elements.Count <= index)
                    elements.Add(null);
                elements[index] = value;
                return true;
            default:
                return false;
        }
    }
}
