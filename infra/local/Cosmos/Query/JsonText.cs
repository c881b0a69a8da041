using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Crm.Local.Cosmos.Query;

/// <summary>The text of a JSON string.</summary>
internal static class JsonText
{
    /// <summary>
    /// As <see cref="JsonElement.GetString"/>, which refuses an escaped half of a surrogate pair; here that reads as U+FFFD, so that one
    /// such document does not fail every query that meets it.
    /// </summary>
    public static string Of(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException) when (value.ValueKind == JsonValueKind.String)
        {
            return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(Unescape(value.GetRawText().AsSpan()[1..^1])));
        }
    }

    private static string Unescape(ReadOnlySpan<char> raw)
    {
        var text = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                text.Append(raw[i]);
                continue;
            }

            i++;
            if (raw[i] == 'u')
            {
                text.Append((char)ushort.Parse(raw.Slice(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                i += 4;
                continue;
            }

            text.Append(raw[i] switch
            {
                'b' => '\b',
                'f' => '\f',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                var other => other,
            });
        }

        return text.ToString();
    }
}
