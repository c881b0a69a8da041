using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities.Schema;
using Crm.Platform.Json;

namespace Crm.Entities.Writing;

/// <summary>Checks one scalar and brings it into the form it is stored in.</summary>
internal static class ScalarBinder
{
    private const int SignificantDigits = 15;
    private const decimal Limit = 1_000_000_000_000_000;

    public static (JsonNode? Value, string? Code, string? Detail) Bind(JsonElement value, Field field) => field.Kind switch
    {
        FieldKind.Boolean => value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? Good(JsonValue.Create(value.GetBoolean()))
            : Bad("type", "must be true or false"),
        FieldKind.Integer or FieldKind.Decimal => Number(value, field),
        _ => value.ValueKind == JsonValueKind.String
            ? TextValue(value.GetString()!, field)
            : Bad("type", field.Kind == FieldKind.Text ? "must be text" : $"must be text: {Expected(field)}"),
    };

    private static (JsonNode?, string?, string?) Number(JsonElement value, Field field)
    {
        if (value.ValueKind != JsonValueKind.Number)
            return Bad("type", "must be a number");

        // By the text that was sent: reading it as a decimal rounds away what that cannot hold.
        var digits = Digits(value.GetRawText());
        if (digits > SignificantDigits || !value.TryGetDecimal(out var number) || (number == 0 && digits > 0) || Math.Abs(number) >= Limit)
            return Bad("precision", $"must have at most {SignificantDigits} significant digits, and as many before the point");

        // Trailing zeros say nothing: 10.50 and 10.5 are one value and are stored as one.
        number /= 1.0000000000000000000000000000m;
        var scale = field.Kind == FieldKind.Integer ? 0 : field.Number?.Scale ?? 8;
        if (number.Scale > scale)
            return Bad("scale", scale == 0 ? "must be a whole number" : $"must have at most {scale} decimals");

        if (field.Number is { } bounds)
        {
            if ((double)number < bounds.Min || (bounds.AboveMin && (double)number <= bounds.Min))
                return Bad("min", bounds.AboveMin ? $"must be greater than {bounds.Min}" : $"must be at least {bounds.Min}");
            if ((double)number > bounds.Max)
                return Bad("max", $"must be at most {bounds.Max}");
        }

        if (field.Kind == FieldKind.Integer && number is < int.MinValue or > int.MaxValue)
            return Bad("max", $"must be between {int.MinValue} and {int.MaxValue}");

        return Good(JsonValue.Create(number));
    }

    private static (JsonNode?, string?, string?) TextValue(string text, Field field)
    {
        switch (field.Kind)
        {
            case FieldKind.Select:
                return field.Values.Contains(text) ? Good(JsonValue.Create(text)) : Bad("not-allowed", Expected(field));
            case FieldKind.Date:
                return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
                    ? Good(JsonValue.Create(text))
                    : Bad("format", $"must be {Expected(field)}");
            case FieldKind.DateTime:
                return Rfc3339.TryParse(text, out var time)
                    ? Good(JsonValue.Create(UtcTimeConverter.Format(time)))
                    : Bad("format", $"must be {Expected(field)}");
        }

        if (text.Length > field.MaxLength && text.EnumerateRunes().Count() > field.MaxLength)
            return Bad("max-length", $"must have at most {field.MaxLength} characters");
        if (text.Length < field.MinLength || (field.Required && string.IsNullOrWhiteSpace(text)))
            return Bad("min-length", "must not be empty");
        if (field.Form is { } form)
            return TextForms.Normalize(form, text) is { } normal ? Good(JsonValue.Create(normal)) : Bad("format", TextForms.Requirement(form));

        return Good(JsonValue.Create(text));
    }

    private static string Expected(Field field) => field.Kind switch
    {
        FieldKind.Select => $"must be one of {string.Join(", ", field.Values)}",
        FieldKind.Date => "a date such as 2026-01-31",
        _ => "a time with zone such as 2026-01-31T09:30:00Z",
    };

    private static int Digits(string number) =>
        number.Split('e', 'E')[0].Replace(".", "", StringComparison.Ordinal).TrimStart('-').Trim('0').Length;

    private static (JsonNode?, string?, string?) Good(JsonNode? value) => (value, null, null);

    private static (JsonNode?, string?, string?) Bad(string code, string detail) => (null, code, detail);
}
