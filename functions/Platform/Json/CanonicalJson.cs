using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Crm.Platform.Json;

/// <summary>
/// The JSON canonicalization scheme of RFC 8785, for what is hashed: members by name in UTF-16 order, no white space, the shortest numbers. Numbers
/// here have at most 15 significant digits, so that a double holds them exactly enough.
/// </summary>
internal static class CanonicalJson
{
    public static byte[] Bytes(JsonNode? value)
    {
        var text = new StringBuilder();
        Write(text, value);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Write(StringBuilder text, JsonNode? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject members:
                Separated(text, '{', '}', members.OrderBy(member => member.Key, StringComparer.Ordinal), member =>
                {
                    Write(text, member.Key);
                    text.Append(':');
                    Write(text, member.Value);
                });
                break;
            case JsonArray elements:
                Separated(text, '[', ']', elements, element => Write(text, element));
                break;
            default:
                WriteScalar(text, value);
                break;
        }
    }

    private static void Separated<T>(StringBuilder text, char open, char close, IEnumerable<T> parts, Action<T> write)
    {
        var separator = open;
        foreach (var part in parts)
        {
            text.Append(separator);
            write(part);
            separator = ',';
        }

        if (separator == open)
            text.Append(open);
        text.Append(close);
    }

    private static void WriteScalar(StringBuilder text, JsonNode value)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.String:
                Write(text, value.GetValue<string>());
                break;
            case JsonValueKind.Number:
                text.Append(Number(double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture)));
                break;
            default:
                text.Append(value.ToJsonString());
                break;
        }
    }

    /// <summary>The number as ECMAScript prints it (RFC 8785, section 3.2.2.3).</summary>
    private static string Number(double number)
    {
        if (number == 0)
            return "0";

        var shortest = number.ToString("E16", CultureInfo.InvariantCulture);
        var exponent = int.Parse(shortest[(shortest.IndexOf('E', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture);
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        if (exponent is < -6 or >= 21)
        {
            var digits = text.Split('E')[0];
            return $"{digits}e{(exponent < 0 ? "-" : "+")}{Math.Abs(exponent)}";
        }

        return text.Contains('E', StringComparison.Ordinal) ? ((decimal)number).ToString(CultureInfo.InvariantCulture) : text;
    }

    private static void Write(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }

        text.Append('"');
    }
}
