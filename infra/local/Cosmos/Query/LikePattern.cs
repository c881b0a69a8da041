using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;

namespace Crm.Local.Cosmos.Query;

/// <summary>The patterns of LIKE (<c>%</c>, <c>_</c>, <c>[set]</c>, <c>[^set]</c>) and of RegexMatch, kept for the next row.</summary>
internal static class LikePattern
{
    private const int MostKept = 256;

    // A surrogate pair is one character.
    private const string AnyCharacter = "(?:[\\uD800-\\uDBFF][\\uDC00-\\uDFFF]|[^\\uD800-\\uDFFF])";

    // A pattern from a caller must not hold a thread: the service gives up as well.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);
    private static readonly ConcurrentDictionary<(string Pattern, RegexOptions Options, char? Escape, bool Like), Regex> Kept = new();

    /// <summary>A LIKE pattern. It has no back-references, so it can be matched in linear time.</summary>
    public static Regex Of(string pattern, char? escape) =>
        Keep((pattern, RegexOptions.Singleline | RegexOptions.NonBacktracking, escape, true));

    /// <exception cref="QueryException">It is no regular expression.</exception>
    public static Regex Regex(string pattern, RegexOptions options) => Keep((pattern, options, null, false));

    private static Regex Keep((string Pattern, RegexOptions Options, char? Escape, bool Like) key)
    {
        if (Kept.TryGetValue(key, out var regex)) return regex;
        if (Kept.Count >= MostKept) Kept.Clear();
        try
        {
            regex = new Regex(key.Like ? Translate(key.Pattern, key.Escape) : key.Pattern, key.Options | RegexOptions.CultureInvariant, Patience);
        }
        catch (ArgumentException)
        {
            throw Errors.Invalid("SC2060", $"'{key.Pattern}' is not a valid pattern.");
        }

        Kept[key] = regex;
        return regex;
    }

    private static string Translate(string pattern, char? escape)
    {
        var regex = new StringBuilder("^");
        for (var at = 0; at < pattern.Length; at++)
        {
            var sign = pattern[at];
            if (sign == escape && at + 1 < pattern.Length) regex.Append(Literal(pattern[++at]));
            else if (sign == '%') regex.Append(".*");
            else if (sign == '_') regex.Append(AnyCharacter);
            else if (sign == '[') at = AppendSet(regex, pattern, at, pattern.IndexOf(']', at + 1));
            else regex.Append(Literal(sign));
        }

        return regex.Append("\\z").ToString();
    }

    private static int AppendSet(StringBuilder regex, string pattern, int at, int end)
    {
        if (end <= at + 1)
        {
            // A set that is empty or not closed matches nothing.
            regex.Append("[^\\s\\S]");
            return end < 0 ? pattern.Length : end;
        }

        regex.Append('[');
        if (pattern[++at] == '^' && at + 1 < end)
        {
            regex.Append('^');
            at++;
        }

        for (; at < end; at++)
        {
            var range = pattern[at] == '-' && pattern[at - 1] is not ('[' or '^') && at + 1 < end;
            regex.Append(range ? "-" : Literal(pattern[at]));
        }

        regex.Append(']');
        return end;
    }

    private static string Literal(char sign) => $"\\u{(int)sign:X4}";
}
