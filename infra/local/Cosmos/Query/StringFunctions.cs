using System.Text;
using System.Text.RegularExpressions;

namespace Crm.Local.Cosmos.Query;

/// <summary>Functions on strings: undefined for an argument of another type.</summary>
internal static class StringFunctions
{
    // The service documents 10,000 and makes more; somewhere above this it gives up as well.
    private const int LongestReplicate = 100_000;

    public static IEnumerable<(string Name, int Least, int Most, Function Function)> All =>
    [
        ("STARTSWITH", 2, 3, a => Test(a, (text, part, how) => text.StartsWith(part, how))),
        ("ENDSWITH", 2, 3, a => Test(a, (text, part, how) => text.EndsWith(part, how))),
        ("CONTAINS", 2, 3, a => Test(a, (text, part, how) => text.Contains(part, how))),
        ("STRINGEQUALS", 2, 3, a => Test(a, string.Equals)),
        ("REGEXMATCH", 2, 3, RegexMatch),
        ("CONCAT", 2, int.MaxValue, Concat),
        ("LENGTH", 1, 1, a => a[0] is { Kind: ValueKind.String } text ? Value.Of(Characters.Count(text.Text)) : default),
        ("UPPER", 1, 1, a => Map(a, text => text.ToUpperInvariant())),
        ("LOWER", 1, 1, a => Map(a, text => text.ToLowerInvariant())),
        ("TRIM", 1, 2, a => Trim(a, (text, signs) => text.Trim(signs))),
        ("LTRIM", 1, 2, a => Trim(a, (text, signs) => text.TrimStart(signs))),
        ("RTRIM", 1, 2, a => Trim(a, (text, signs) => text.TrimEnd(signs))),
        ("REVERSE", 1, 1, a => Map(a, Reverse)),
        ("LEFT", 2, 2, a => Take(a, (text, count) => text[..Characters.UnitOf(text, count)])),
        ("RIGHT", 2, 2, a => Take(a, (text, count) => text[Characters.UnitOf(text, Characters.Count(text) - count)..])),
        ("SUBSTRING", 3, 3, Substring),
        ("INDEX_OF", 2, 3, IndexOf),
        ("LASTINDEXOF", 2, 2, LastIndexOf),
        ("REPLACE", 3, 3, Replace),
        ("REPLICATE", 2, 2, Replicate),
        ("STRINGJOIN", 2, 2, Join),
        ("STRINGSPLIT", 2, 2, Split),
    ];

    private static Value Test(Arguments arguments, Func<string, string, StringComparison, bool> test)
    {
        var text = arguments[0];
        var part = arguments[1];
        if (text.Kind != ValueKind.String || part.Kind != ValueKind.String) return default;
        var how = StringComparison.Ordinal;
        if (arguments.Count > 2)
        {
            var ignoreCase = arguments[2];
            if (ignoreCase.Kind != ValueKind.Boolean) return default;
            if (ignoreCase.IsTrue) how = StringComparison.OrdinalIgnoreCase;
        }

        return Value.Of(test(text.Text, part.Text, how));
    }

    private static Value Map(Arguments arguments, Func<string, string> map) =>
        arguments[0] is { Kind: ValueKind.String } text ? Value.Of(map(text.Text)) : default;

    private static Value RegexMatch(Arguments arguments)
    {
        var text = arguments[0];
        var pattern = arguments[1];
        var modifiers = arguments.Count > 2 ? arguments[2] : Value.Of("");
        if (text.Kind != ValueKind.String || pattern.Kind != ValueKind.String || modifiers.Kind != ValueKind.String) return default;
        var options = RegexOptions.None;
        foreach (var modifier in modifiers.Text)
        {
            options |= modifier switch
            {
                'm' => RegexOptions.Multiline,
                's' => RegexOptions.Singleline,
                'i' => RegexOptions.IgnoreCase,
                'x' => RegexOptions.IgnorePatternWhitespace,
                _ => throw Errors.Invalid("SC2060", $"'{modifiers.Text}' is not a valid list of search modifiers."),
            };
        }

        try
        {
            return Value.Of(LikePattern.Regex(pattern.Text, options).IsMatch(text.Text));
        }
        catch (RegexMatchTimeoutException)
        {
            throw Errors.Invalid("SC2060", "The regular expression takes too long.");
        }
    }

    private static Value Concat(Arguments arguments)
    {
        var text = new StringBuilder();
        for (var i = 0; i < arguments.Count; i++)
        {
            var part = arguments[i];
            if (part.Kind != ValueKind.String) return default;
            text.Append(part.Text);
        }

        return Value.Of(text.ToString());
    }

    private static Value Trim(Arguments arguments, Func<string, char[]?, string> trim)
    {
        var text = arguments[0];
        if (text.Kind != ValueKind.String) return default;
        if (arguments.Count == 1) return Value.Of(trim(text.Text, null));
        var signs = arguments[1];
        return signs.Kind == ValueKind.String ? Value.Of(signs.Text.Length == 0 ? text.Text : trim(text.Text, signs.Text.ToCharArray())) : default;
    }

    private static string Reverse(string text)
    {
        var reversed = new StringBuilder(text.Length);
        for (var unit = 0; unit < text.Length; unit += Characters.Width(text, unit)) reversed.Insert(0, text.AsSpan(unit, Characters.Width(text, unit)));
        return reversed.ToString();
    }

    private static Value Take(Arguments arguments, Func<string, int, string> take)
    {
        var text = arguments[0];
        var count = arguments[1];
        return text.Kind == ValueKind.String && count.Kind == ValueKind.Number && Bits.TryWhole(count.Number, out _)
            ? Value.Of(take(text.Text, (int)Math.Clamp(count.Number, 0, Characters.Count(text.Text))))
            : default;
    }

    private static Value Substring(Arguments arguments)
    {
        var text = arguments[0];
        var start = arguments[1];
        var length = arguments[2];
        if (text.Kind != ValueKind.String || start.Kind != ValueKind.Number || length.Kind != ValueKind.Number) return default;
        if (!Bits.TryWhole(start.Number, out _) || !Bits.TryWhole(length.Number, out _)) return default;
        if (start.Number < 0 || length.Number <= 0) return Value.Of("");
        var whole = text.Text;
        var from = Characters.UnitOf(whole, start.Number);
        return Value.Of(whole[from..Characters.UnitOf(whole, start.Number + length.Number)]);
    }

    private static Value IndexOf(Arguments arguments)
    {
        var text = arguments[0];
        var part = arguments[1];
        var start = arguments.Count > 2 ? arguments[2] : Value.Of(0);
        if (text.Kind != ValueKind.String || part.Kind != ValueKind.String || start.Kind != ValueKind.Number || !Bits.TryWhole(start.Number, out _)) return default;
        var whole = text.Text;
        return start.Number < 0 || start.Number > Characters.Count(whole)
            ? Value.Of(-1)
            : Value.Of(Characters.At(whole, whole.IndexOf(part.Text, Characters.UnitOf(whole, start.Number), StringComparison.Ordinal)));
    }

    private static Value LastIndexOf(Arguments arguments)
    {
        var text = arguments[0];
        var part = arguments[1];
        return text.Kind == ValueKind.String && part.Kind == ValueKind.String
            ? Value.Of(Characters.At(text.Text, text.Text.LastIndexOf(part.Text, StringComparison.Ordinal)))
            : default;
    }

    private static Value Replace(Arguments arguments)
    {
        var text = arguments[0];
        var old = arguments[1];
        var fresh = arguments[2];
        if (text.Kind != ValueKind.String || old.Kind != ValueKind.String || fresh.Kind != ValueKind.String) return default;
        return old.Text.Length == 0 ? default : Value.Of(text.Text.Replace(old.Text, fresh.Text, StringComparison.Ordinal));
    }

    private static Value Replicate(Arguments arguments)
    {
        var text = arguments[0];
        var times = arguments[1];
        if (text.Kind != ValueKind.String || times.Kind != ValueKind.Number || times.Number < 0 || times.Number != Math.Floor(times.Number)) return default;
        return text.Text.Length * times.Number > LongestReplicate
            ? default
            : Value.Of(new StringBuilder().Insert(0, text.Text, (int)Math.Min(times.Number, LongestReplicate)).ToString());
    }

    private static Value Join(Arguments arguments)
    {
        var parts = arguments[0];
        var separator = arguments[1];
        return parts.Kind == ValueKind.Array && separator.Kind == ValueKind.String && parts.Elements().All(part => part.Kind == ValueKind.String)
            ? Value.Of(string.Join(separator.Text, parts.Elements().Select(part => part.Text)))
            : default;
    }

    private static Value Split(Arguments arguments)
    {
        var text = arguments[0];
        var separator = arguments[1];
        if (text.Kind != ValueKind.String || separator.Kind != ValueKind.String) return default;
        return Value.Of(text.Text.Split(separator.Text).Select(part => Value.Of(part)));
    }
}
