using System.Text.Json;

namespace Crm.Entities.Schema;

/// <summary>A place in a record that holds a reference: <c>accountId</c>, <c>teamIds[]</c>, <c>contacts[].contactId</c>.</summary>
/// <param name="Steps">Member names; <c>[]</c> stands for every element of a list.</param>
/// <param name="IsLink">It is a <see cref="RecordLink"/>, not an id.</param>
public sealed record ReferencePath(IReadOnlyList<string> Steps, Reference Reference, bool IsLink)
{
    /// <summary>For messages: <c>contacts[].contactId</c>.</summary>
    public string Name { get; } = string.Join('.', Steps).Replace(".[]", "[]", StringComparison.Ordinal);

    /// <summary>Every reference path below these fields.</summary>
    internal static IEnumerable<ReferencePath> Find(IReadOnlyDictionary<string, Field> fields) =>
        fields.Values.SelectMany(field => Below(field, [field.Name]));

    /// <summary>The records a record refers to here, each with its JSON pointer.</summary>
    internal IEnumerable<(string Pointer, RecordRef Target)> In(JsonElement data) => In(data, 0, "#");

    private static IEnumerable<ReferencePath> Below(Field field, IReadOnlyList<string> steps) => field switch
    {
        { Reference: { } reference } => [new ReferencePath(steps, reference, field.Kind == FieldKind.Object)],
        { Element: { } element } => Below(element, [.. steps, "[]"]),
        _ => field.Fields.Values.SelectMany(member => Below(member, [.. steps, member.Name])),
    };

    private IEnumerable<(string, RecordRef)> In(JsonElement value, int step, string pointer)
    {
        if (step == Steps.Count)
        {
            return value.ValueKind switch
            {
                JsonValueKind.String => [(pointer, new RecordRef(Reference.Collections[0], value.GetString()!))],
                JsonValueKind.Object => [(pointer, new RecordRef(value.GetProperty("type").GetString()!, value.GetProperty("id").GetString()!))],
                _ => [],
            };
        }

        if (Steps[step] == "[]")
        {
            return value.ValueKind == JsonValueKind.Array
                ? value.EnumerateArray().SelectMany((element, index) => In(element, step + 1, $"{pointer}/{index}"))
                : [];
        }

        return value.ValueKind == JsonValueKind.Object && value.TryGetProperty(Steps[step], out var member)
            ? In(member, step + 1, $"{pointer}/{Steps[step]}")
            : [];
    }
}
