using System.Globalization;
using System.Text.Json;

namespace Crm.Local.Cosmos.Query;

/// <summary>Type checks (never undefined), conversions and choices.</summary>
internal static class TypeFunctions
{
    public static IEnumerable<(string Name, int Least, int Most, Function Function)> All =>
    [
        ("IS_DEFINED", 1, 1, a => Value.Of(a[0].IsDefined)),
        ("IS_NULL", 1, 1, a => Value.Of(a[0].Kind == ValueKind.Null)),
        ("IS_BOOL", 1, 1, a => Value.Of(a[0].Kind == ValueKind.Boolean)),
        ("IS_NUMBER", 1, 1, a => Value.Of(a[0].Kind == ValueKind.Number)),
        ("IS_FINITE_NUMBER", 1, 1, a => Value.Of(a[0].Kind == ValueKind.Number && double.IsFinite(a[0].Number))),
        ("IS_INTEGER", 1, 1, a => Value.Of(a[0].Kind == ValueKind.Number && Bits.TryWhole(a[0].Number, out _))),
        ("IS_STRING", 1, 1, a => Value.Of(a[0].Kind == ValueKind.String)),
        ("IS_ARRAY", 1, 1, a => Value.Of(a[0].Kind == ValueKind.Array)),
        ("IS_OBJECT", 1, 1, a => Value.Of(a[0].Kind == ValueKind.Object)),
        ("IS_PRIMITIVE", 1, 1, a => Value.Of(a[0].IsScalar)),
        ("TOSTRING", 1, 1, a => a[0] is { IsDefined: true } value ? Value.Of(ValueText.Of(value)) : default),
        ("STRINGTONUMBER", 1, 1, ToNumber),
        ("STRINGTOBOOLEAN", 1, 1, a => FromText(a[0], ValueKind.Boolean)),
        ("STRINGTONULL", 1, 1, a => FromText(a[0], ValueKind.Null)),
        ("STRINGTOARRAY", 1, 1, a => FromText(a[0], ValueKind.Array)),
        ("STRINGTOOBJECT", 1, 1, a => FromText(a[0], ValueKind.Object)),
        ("IIF", 3, 3, a => a[0].IsTrue ? a[1] : a[2]),
    ];

    private static Value FromText(in Value text, ValueKind kind)
    {
        if (text.Kind != ValueKind.String) return default;
        try
        {
            using var document = JsonDocument.Parse(text.Text);
            var value = Value.From(document.RootElement.Clone());
            return value.Kind == kind ? value : default;
        }
        catch (JsonException)
        {
            return default;
        }
    }

    /// <summary>As JSON writes a number, but zeros may lead.</summary>
    private static Value ToNumber(Arguments arguments)
    {
        var value = arguments[0];
        if (value.Kind != ValueKind.String) return default;
        var text = value.Text.Trim();
        return text.TrimStart('-') is [>= '0' and <= '9', ..]
            && double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number)
            ? Value.Of(number)
            : default;
    }
}
