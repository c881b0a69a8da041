using System.Text;

namespace Crm.Platform.Templates;

internal enum LiquidWordKind
{
    Name,
    Text,
    Number,
    Mark,

    /// <summary>Behind the last word.</summary>
    End,
}

/// <param name="Position">In characters from 0.</param>
internal readonly record struct LiquidWord(LiquidWordKind Kind, string Text, int Position)
{
    public bool Is(string text) => Kind is LiquidWordKind.Name or LiquidWordKind.Mark && Text == text;
}

/// <summary>Splits what stands between <c>{{</c> and <c>}}</c>, or <c>{%</c> and <c>%}</c>, into words.</summary>
internal static class LiquidWords
{
    private static readonly IReadOnlyList<string> Marks = ["==", "!=", "<>", "<=", ">=", "..", "<", ">", "=", "|", ":", ",", ".", "[", "]", "(", ")"];

    /// <summary>The words up to the closing mark, the last one an <see cref="LiquidWordKind.End"/>; null after saying what is wrong.</summary>
    /// <param name="start">Where the opening mark is.</param>
    /// <param name="next">Behind the closing mark.</param>
    public static IReadOnlyList<LiquidWord>? Read(string text, int start, LiquidErrors errors, out int next)
    {
        var close = text[start + 1] == '{' ? "}}" : "%}";
        var words = new List<LiquidWord>();
        next = start + 2;
        if (Follows(text, next, "-"))
            next++;

        while (next < text.Length)
        {
            if (char.IsWhiteSpace(text[next]))
            {
                next++;
                continue;
            }

            var at = next;
            if (Follows(text, at, close) || Follows(text, at, "-" + close))
            {
                words.Add(new LiquidWord(LiquidWordKind.End, "", at));
                next = at + (text[at] == '-' ? 3 : 2);
                return words;
            }

            if (Next(text, at, errors) is not { } word)
                return null;

            words.Add(word);
            next = at + word.Text.Length;
        }

        errors.Add(start, $"'{text.Substring(start, 2)}' is never closed by '{close}'");
        return null;
    }

    private static LiquidWord? Next(string text, int at, LiquidErrors errors)
    {
        var first = text[at];
        if (char.IsLetter(first) || first == '_')
            return Word(LiquidWordKind.Name, While(at, i => char.IsLetterOrDigit(text[i]) || text[i] == '_' || (text[i] == '-' && IsAt(i + 1, char.IsLetterOrDigit))));
        if (char.IsAsciiDigit(first) || (first == '-' && IsAt(at + 1, char.IsAsciiDigit)))
            return Word(LiquidWordKind.Number, While(at + 1, i => char.IsAsciiDigit(text[i]) || (text[i] == '.' && IsAt(i + 1, char.IsAsciiDigit))));

        if (first is '\'' or '"')
        {
            var end = text.IndexOf(first, at + 1);
            if (end >= 0)
                return Word(LiquidWordKind.Text, end + 1);

            errors.Add(at, "the text that begins here has no closing quote");
            return null;
        }

        if (Marks.FirstOrDefault(mark => Follows(text, at, mark)) is { } found)
            return Word(LiquidWordKind.Mark, at + found.Length);

        errors.Add(at, Rune.TryGetRuneAt(text, at, out var rune) ? $"unexpected character '{rune}'" : "unexpected character");
        return null;

        LiquidWord Word(LiquidWordKind kind, int end) => new(kind, text[at..end], at);

        bool IsAt(int index, Func<char, bool> kind) => index < text.Length && kind(text[index]);

        int While(int from, Func<int, bool> more)
        {
            while (from < text.Length && more(from))
                from++;
            return from;
        }
    }

    private static bool Follows(string text, int at, string mark) => string.CompareOrdinal(text, at, mark, 0, mark.Length) == 0;
}
