namespace Crm.Local.Cosmos.Query;

/// <summary>A place among the tokens of a query.</summary>
internal sealed class TokenReader(string query)
{
    // After a dot these need quotes in the service, so they need them here: c["value"].
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "AND", "ARRAY", "AS", "ASC", "BETWEEN", "BY", "CASE", "CAST", "CONVERT", "CROSS", "DESC", "DISTINCT", "ELSE", "END", "ESCAPE", "EXISTS", "FOR", "FROM",
        "GROUP", "HAVING", "IN", "INNER", "INSERT", "INTO", "IS", "JOIN", "LEFT", "LIKE", "LIMIT", "NOT", "OFFSET", "ON", "OR", "ORDER", "OUTER", "OVER",
        "RIGHT", "SELECT", "SET", "THEN", "TOP", "UPDATE", "VALUE", "WHEN", "WHERE", "WITH",
    };

    // These alone are told apart by case: TRUE is a name like any other.
    private static readonly HashSet<string> ReservedInLowerCase = new(["true", "false", "null", "undefined", "udf"], StringComparer.Ordinal);

    private readonly List<Token> _tokens = Lexer.Read(query);
    private int _at;

    public Token Current => _tokens[_at];

    public Token Following => _tokens[Math.Min(_at + 1, _tokens.Count - 1)];

    /// <summary>Whether the token at hand is an identifier: a word that means nothing else.</summary>
    public bool IsName => Current.Kind == TokenKind.Word && !Reserved.Contains(Current.Text) && !ReservedInLowerCase.Contains(Current.Text);

    public Token Take() => _tokens[_at++];

    public bool Is(string sign) => Current.Kind == TokenKind.Sign && Current.Text == sign;

    public bool IsWord(string word) => IsWord(Current, word);

    public bool FollowedBy(string sign) => Following.Kind == TokenKind.Sign && Following.Text == sign;

    public bool FollowedByWord(string word) => IsWord(Following, word);

    public bool TryTake(string sign) => Advance(Is(sign));

    public bool TryTakeWord(string word) => Advance(IsWord(word));

    public void Expect(string sign)
    {
        if (!TryTake(sign)) throw Unexpected();
    }

    public void ExpectWord(string word)
    {
        if (!TryTakeWord(word)) throw Unexpected();
    }

    public string ExpectName() => IsName ? Take().Text : throw Unexpected();

    public QueryException Unexpected() => Errors.Syntax(query, Current.Start, Current.End);

    private static bool IsWord(in Token token, string word) =>
        token.Kind == TokenKind.Word && string.Equals(token.Text, word, StringComparison.OrdinalIgnoreCase);

    private bool Advance(bool there)
    {
        if (there) _at++;
        return there;
    }
}
