using System.Globalization;
using System.Text.RegularExpressions;
using Crm.Entities.Schema;
using Crm.Platform.Json;
using Microsoft.OData.UriParser;

namespace Crm.Query;

/// <summary>Values in a filter: what a field accepts, and the form it is stored in.</summary>
internal static partial class FilterLiterals
{
    /// <summary>As many as a double holds exactly; fields have no more.</summary>
    private const int MaxDigits = 15;

    private static readonly string[] Times =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mmzzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm'Z'",
    ];

    /// <summary>What to say of this field where it cannot be compared with this value, or null where it can. Null can be compared with everything.</summary>
    public static string? Refusal(Field field, FilterToken value)
    {
        if (value.Is("null"))
            return null;

        var text = value.Text;
        return field.Kind switch
        {
            FieldKind.Text => value.Kind == FilterTokenKind.Text ? null : "is text: write the value in single quotes",
            FieldKind.Select => value.Kind == FilterTokenKind.Text && field.Values.Contains(text[1..^1])
                ? null
                : $"is one of {string.Join(", ", field.Values.Select(allowed => $"'{allowed}'"))}",
            FieldKind.Integer => WholeNumber().IsMatch(text) ? null : "is a whole number",
            FieldKind.Decimal => PlainNumber().IsMatch(text) && text.Where(char.IsAsciiDigit).SkipWhile(digit => digit == '0').Count() <= MaxDigits
                ? null
                : $"is a number of at most {MaxDigits} digits, such as 12.5",
            FieldKind.Boolean => value.Is("true") || value.Is("false") ? null : "is true or false",
            FieldKind.Date => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
                ? null
                : "is a date such as 2026-01-31",
            FieldKind.DateTime => DateTimeOffset.TryParseExact(text, Times, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _)
                ? null
                : "is a time with an offset such as 2026-01-31T09:30:00Z (in a URL, write + as %2B)",
            _ => "can only be compared with null",
        };
    }

    /// <summary>
    /// A value as the store has it. Times become UTC and lose what is below a millisecond, as they did when they were stored. A whole text of a
    /// form becomes its normal form, so that any spelling of an address finds it; one that has none is left as it is, and finds nothing.
    /// </summary>
    public static object Stored(Field field, ConstantNode constant) => constant.Value switch
    {
        // OData reads a number into the smallest type that takes it and loses digits on the way: what the client wrote is exact.
        _ when field.Kind == FieldKind.Decimal => decimal.Parse(constant.LiteralText, NumberStyles.Float, CultureInfo.InvariantCulture),
        var date when field.Kind == FieldKind.Date => date.ToString()!, // OData's own type, soon to be replaced: its text is ISO 8601.
        DateTimeOffset time => UtcTimeConverter.Format(time),
        string text when field.Form is { } form => TextForms.Normalize(form, text) ?? text,
        var value => value,
    };

    /// <summary>A part of a text: e-mail addresses and domains are stored in lower case, everything else as it was written.</summary>
    public static string StoredPart(Field field, string text) =>
        field.Form is TextForm.Email or TextForm.Domain ? text.ToLowerInvariant() : text;

    [GeneratedRegex(@"^-?[0-9]{1,15}\z")]
    private static partial Regex WholeNumber();

    [GeneratedRegex(@"^-?[0-9]{1,20}(\.[0-9]{1,20})?\z")]
    private static partial Regex PlainNumber();
}
