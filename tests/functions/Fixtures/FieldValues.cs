using System.Text.Json.Nodes;
using Crm.Entities.Schema;

namespace Crm.Tests.Fixtures;

/// <summary>Values made from the field table: right ones, wrong ones, and where in a body they stand.</summary>
internal static class FieldValues
{
    /// <summary>A value of another JSON type than the field has.</summary>
    public static JsonNode OfWrongType(Field field) => field.Kind is FieldKind.Text or FieldKind.Select or FieldKind.Date or FieldKind.DateTime ? 5 : "x";

    /// <summary>A valid value other than the present one; null where only the entity's rules know one.</summary>
    public static JsonNode? Other(Field field, JsonNode? present) => field switch
    {
        { Reference: not null } => null,
        { States: { } states } => present is null ? null : states.From(present.GetValue<string>())[0],
        { Kind: FieldKind.Text } => Text(field),
        { Kind: FieldKind.Select } => field.Values.First(value => value != present?.GetValue<string>()),
        { Kind: FieldKind.Integer or FieldKind.Decimal } => Number(present?.GetValue<decimal>(), (decimal)Math.Min(7, field.Number?.Max ?? 7)),
        { Kind: FieldKind.Boolean } => !(present?.GetValue<bool>() ?? false),
        { Kind: FieldKind.Date } => "2031-05-06",
        { Kind: FieldKind.DateTime } => "2031-05-06T07:08:09.125Z",
        _ => null,
    };

    /// <summary>Fills every field down to the leaves, each scalar and each list of scalars by <paramref name="leaf"/>, and says where they stand.</summary>
    public static (JsonObject Body, IReadOnlyList<string> Pointers) Fill(IReadOnlyDictionary<string, Field> fields, Func<Field, JsonNode?> leaf, string pointer = "#")
    {
        var body = new JsonObject();
        var pointers = new List<string>();
        foreach (var field in fields.Values.Where(field => !field.ServerSet))
        {
            var at = $"{pointer}/{field.Name}";
            var isList = field.Kind == FieldKind.List;
            var holder = isList ? field.Element! : field;
            if (holder.Kind == FieldKind.Object)
            {
                var (inner, below) = Fill(holder.Fields, leaf, isList ? $"{at}/0" : at);
                body[field.Name] = isList ? new JsonArray(inner) : inner;
                pointers.AddRange(below);
            }
            else if (leaf(holder) is { } value)
            {
                body[field.Name] = isList ? new JsonArray(value) : value;
                pointers.Add(isList ? $"{at}/0" : at);
            }
        }

        return (body, pointers);
    }

    /// <summary>Puts a value where a reference is. Elements of lists are the body's own first one, or made of what they require.</summary>
    public static string Put(JsonObject body, IReadOnlyDictionary<string, Field> fields, IReadOnlyList<string> steps, JsonNode value)
    {
        var field = fields[steps[0]];
        if (steps.Count == 1)
        {
            body[field.Name] = value;
            return $"#/{field.Name}";
        }

        var element = (body[field.Name] as JsonArray)?.OfType<JsonObject>().FirstOrDefault()?.DeepClone().AsObject() ?? RequiredOf(field.Element!.Fields);
        body[field.Name] = new JsonArray(steps.Count == 2 ? value : element);
        return steps.Count == 2 ? $"#/{field.Name}/0" : Put(element, field.Element!.Fields, [.. steps.Skip(2)], value).Replace("#", $"#/{field.Name}/0", StringComparison.Ordinal);
    }

    private static decimal Number(decimal? present, decimal value) => present == value ? value - 1 : value;

    private static JsonObject RequiredOf(IReadOnlyDictionary<string, Field> fields) =>
        new(fields.Values.Where(field => field.Required).Select(field => KeyValuePair.Create(field.Name, Other(field, null))));

    private static string? Text(Field field) => field.Form switch
    {
        TextForm.Email => $"{Guid.NewGuid():N}@example.org",
        TextForm.Phone => "+4915112345678",
        TextForm.Url => "https://example.org/Ω",
        TextForm.Domain => "example.org",
        TextForm.Currency => "EUR",
        TextForm.Country => "DE",
        TextForm.TimeZone => "Asia/Tokyo",
        TextForm.Language => "pt-BR",
        TextForm.Recurrence => "FREQ=DAILY;COUNT=3",
        TextForm.MediaType => "text/csv",
        _ => field.MaxLength < 20 ? "Ωξ" : $"Ω ξ 🚢 {Guid.NewGuid():N}"[..Math.Min(39, field.MaxLength)],
    };
}
