using System.Globalization;
using System.Text;

namespace Crm.Local.Cosmos.Query;

internal enum TokenKind
{
    End,
    Word,
    Number,
    Text,
    Parameter,
    Sign,
}

/// <param name="Text">The word, the sign, the name of the parameter with its <c>@</c>, or the unescaped text.</param>
/// <param name="Start">Where it begins in the query.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Start, int End, double Number = 0);

/// <summary>Cuts a query into tokens.</summary>
internal static class Lexer
{
    // Longer ones first: the first that fits is taken.
    private static readonly string[] Signs =
    [
        ">>>", "<=", ">=", "!=", "<>", "||", "??", "<<", ">>",
        "(", ")", "[", "]", "{", "}", ",", ".", ":", "?", "*", "/", "%", "+", "-", "=", "<", ">", "&", "|", "^", "~",
    ];

    public static List<Token> Read(string query)
    {
        var tokens = new List<Token>();
        var at = 0;
        while (true)
        {
            at = SkipBlank(query, at);
            if (at == query.Length)
            {
                tokens.Add(new Token(TokenKind.End, "", at, at));
                return tokens;
            }

            var token = Next(query, at);
            tokens.Add(token);
            at = token.End;
        }
    }

    private static int SkipBlank(string query, int at)
    {
        while (at < query.Length)
        {
            if (char.IsWhiteSpace(query[at]))
            {
                at++;
            }
            else if (string.CompareOrdinal(query, at, "--", 0, 2) == 0)
            {
                var line = query.IndexOf('\n', at);
                at = line < 0 ? query.Length : line + 1;
            }
            else
            {
                break;
            }
        }

        return at;
    }

    private static Token Next(string query, int at)
    {
        var first = query[at];
        if (char.IsLetter(first) || first == '_')
        {
            var end = WordEnd(query, at);
            return new Token(TokenKind.Word, query[at..end], at, end);
        }

        if (first == '@')
        {
            var end = WordEnd(query, at + 1);
            return end == at + 1 ? throw Errors.Token("SC1010", "token", query, at, end) : new Token(TokenKind.Parameter, query[at..end], at, end);
        }

        if (char.IsAsciiDigit(first) || (first == '.' && at + 1 < query.Length && char.IsAsciiDigit(query[at + 1]))) return Number(query, at);
        if (first is '"' or '\'') return Text(query, at);
        foreach (var sign in Signs)
        {
            if (string.CompareOrdinal(query, at, sign, 0, sign.Length) == 0)
                return new Token(TokenKind.Sign, sign, at, at + sign.Length);
        }

        throw Errors.Token("SC1010", "token", query, at, at + 1);
    }

    private static int WordEnd(string query, int at)
    {
        while (at < query.Length && (char.IsLetterOrDigit(query[at]) || query[at] == '_')) at++;
        return at;
    }

    private static Token Number(string query, int at)
    {
        var isHex = query[at] == '0' && at + 1 < query.Length && query[at + 1] is 'x' or 'X';
        var end = isHex ? WordEnd(query, at + 2) : Digits(query, at);
        if (!isHex && end < query.Length && query[end] == '.') end = Digits(query, end + 1);
        if (!isHex && end < query.Length && query[end] is 'e' or 'E')
            end = WordEnd(query, end + 1 < query.Length && query[end + 1] is '+' or '-' ? end + 2 : end + 1);
        else end = WordEnd(query, end);
        var text = query.AsSpan(at, end - at);
        double number;
        if (isHex)
        {
            if (!ulong.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var whole)) throw Invalid();
            number = whole;
        }
        else if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) || !double.IsFinite(number))
        {
            throw Invalid();
        }

        return new Token(TokenKind.Number, text.ToString(), at, end, number);

        QueryException Invalid() => Errors.Token("SC1011", "numeric value token", query, at, end);

        static int Digits(string query, int at)
        {
            while (at < query.Length && char.IsAsciiDigit(query[at])) at++;
            return at;
        }
    }

    private static Token Text(string query, int start)
    {
        var quote = query[start];
        var text = new StringBuilder();
        for (var at = start + 1; at < query.Length; at++)
        {
            if (query[at] == quote) return new Token(TokenKind.Text, WellFormed(text.ToString()), start, at + 1);
            if (query[at] != '\\')
            {
                text.Append(query[at]);
                continue;
            }

            if (++at == query.Length) break;
            if (query[at] == 'u')
            {
                if (at + 4 >= query.Length
                    || !ushort.TryParse(query.AsSpan(at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
                {
                    throw Invalid();
                }

                text.Append((char)unit);
                at += 4;
                continue;
            }

            text.Append(query[at] switch
            {
                'b' => '\b',
                'f' => '\f',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                // The service drops the backslash before any other sign.
                var other => other,
            });
        }

        throw Invalid();

        QueryException Invalid() => Errors.Token("SC1012", "string literal token", query, start, query.Length);

        // Half a surrogate pair is U+FFFD in items and their index keys, so it is here.
        static string WellFormed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
    }
}
