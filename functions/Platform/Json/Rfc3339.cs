using System.Globalization;
using System.Text.RegularExpressions;

namespace Crm.Platform.Json;

/// <summary>Times as RFC 3339 writes them: with seconds, and with an offset or Z, never in a zone left to guess.</summary>
public static partial class Rfc3339
{
    public static bool TryParse(string text, out DateTimeOffset time)
    {
        time = default;
        return Form().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$")]
    private static partial Regex Form();
}
