using System.Globalization;
using System.Text;

namespace Crm.Local.Cosmos.Query;

/// <summary>The text of a value as ToString makes it: compact, nothing escaped that need not be.</summary>
internal static class ValueText
{
    public static string Of(in Value value)
    {
        if (value.Kind == ValueKind.String) return value.Text;
        var text = new StringBuilder();
        Append(value, text);
        return text.ToString();
    }

    private static void Append(in Value value, StringBuilder text)
    {
        switch (value.Kind)
        {
            case ValueKind.Null:
                text.Append("null");
                break;
            case ValueKind.Boolean:
                text.Append(value.IsTrue ? "true" : "false");
                break;
            case ValueKind.Number:
                text.Append(Number(value));
                break;
            case ValueKind.String:
                AppendQuoted(value.Text, text);
                break;
            case ValueKind.Array:
                text.Append('[');
                AppendAll(value.Elements(), text, static (element, text) => Append(element, text));
                text.Append(']');
                break;
            default:
                text.Append('{');
                AppendAll(value.Members(), text, static (member, text) =>
                {
                    AppendQuoted(member.Name, text);
                    text.Append(':');
                    Append(member.Value, text);
                });
                text.Append('}');
                break;
        }
    }

    private static void AppendAll<T>(IEnumerable<T> parts, StringBuilder text, Action<T, StringBuilder> append)
    {
        var first = true;
        foreach (var part in parts)
        {
            if (!first) text.Append(',');
            first = false;
            append(part, text);
        }
    }

    private static string Number(in Value value)
    {
        var number = value.Number;
        if (!double.IsFinite(number)) return double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
        if (number == 0) return "0";
        if (value.TryGetRaw(out var raw) && long.TryParse(raw, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            return whole.ToString(CultureInfo.InvariantCulture);
        var shortest = number.ToString("R", CultureInfo.InvariantCulture);
        // .NET begins with exponents two digits earlier. Between, a fraction is a number of eighths.
        if (Math.Abs(number) is < 1e15 or >= 1e17) return shortest.Replace("E", "e", StringComparison.Ordinal);
        return number == Math.Floor(number)
            ? ((long)number).ToString(CultureInfo.InvariantCulture)
            : number.ToString("F3", CultureInfo.InvariantCulture).TrimEnd('0');
    }

    private static void AppendQuoted(string value, StringBuilder text)
    {
        text.Append('"');
        foreach (var sign in value)
        {
            _ = sign switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' => text.Append("\\u").Append(((int)sign).ToString("x4", CultureInfo.InvariantCulture)),
                _ => text.Append(sign),
            };
        }

        text.Append('"');
    }
}
