namespace Crm.Local.Cosmos.Query;

internal sealed partial class Parser
{
    // The parser recurses on parentheses and prefixes; each level takes a dozen stack frames.
    private const int MostNested = 100;

    /// <summary>Binary operators from loose to tight.</summary>
    private static readonly string[][] Levels = [["<<", ">>", ">>>"], ["+", "-", "||", "&", "|", "^"], ["*", "/", "%"]];

    private int _nested;

    private Expression ParseExpression()
    {
        if (++_nested > MostNested) throw Errors.TooComplex();
        var condition = ParseCoalesce();
        if (_tokens.TryTake("?"))
        {
            var yes = ParseExpression();
            _tokens.Expect(":");
            condition = new ConditionalOperator(condition, yes, ParseExpression());
        }

        _nested--;
        return condition;
    }

    private Expression ParseCoalesce()
    {
        var left = ParseOr();
        while (_tokens.TryTake("??")) left = new CoalesceOperator(left, ParseOr());
        return left;
    }

    /// <summary>
    /// BETWEEN does not combine with AND and OR but in parentheses: the service's grammar has it beside them, not below.
    /// </summary>
    private Expression ParseOr()
    {
        var first = ParseComparison();
        if (TryTakeTest("BETWEEN", out var negated))
        {
            var low = ParseComparison();
            _tokens.ExpectWord("AND");
            var between = new BetweenOperator(first, low, ParseComparison());
            return negated ? new NotOperator(between) : between;
        }

        first = ParseAnd(first);
        if (!_tokens.IsWord("OR")) return first;
        var all = new List<Expression> { first };
        while (_tokens.TryTakeWord("OR")) all.Add(ParseAnd(ParseComparison()));
        return new OrOperator(all);
    }

    private Expression ParseAnd(Expression first)
    {
        first = ParseTest(first);
        if (!_tokens.IsWord("AND")) return first;
        var all = new List<Expression> { first };
        while (_tokens.TryTakeWord("AND")) all.Add(ParseTest(ParseComparison()));
        return new AndOperator(all);
    }

    private Expression ParseTest(Expression value)
    {
        Expression test;
        if (TryTakeTest("IN", out var negated)) test = ParseIn(value);
        else if (TryTakeTest("LIKE", out negated)) test = ParseLike(value);
        else return value;
        return negated ? new NotOperator(test) : test;
    }

    private bool TryTakeTest(string word, out bool negated)
    {
        negated = _tokens.IsWord("NOT") && _tokens.FollowedByWord(word);
        if (negated) _tokens.Take();
        return _tokens.TryTakeWord(word);
    }

    private Expression ParseComparison()
    {
        var left = ParseBinary(0);
        while (ComparisonAt() is { } comparison)
        {
            _tokens.Take();
            left = new ComparisonOperator(comparison, left, ParseBinary(0));
        }

        return left;
    }

    private Comparison? ComparisonAt() => _tokens.Current.Kind != TokenKind.Sign ? null : _tokens.Current.Text switch
    {
        "=" => Comparison.Equal,
        "!=" or "<>" => Comparison.NotEqual,
        "<" => Comparison.Less,
        "<=" => Comparison.LessOrEqual,
        ">" => Comparison.Greater,
        ">=" => Comparison.GreaterOrEqual,
        _ => null,
    };

    private InOperator ParseIn(Expression value)
    {
        _tokens.Expect("(");
        var choices = ParseList();
        _tokens.Expect(")");
        return new InOperator(value, choices);
    }

    private LikeOperator ParseLike(Expression value)
    {
        var pattern = ParseBinary(0);
        char? escape = null;
        if (_tokens.TryTakeWord("ESCAPE"))
        {
            if (_tokens.Current.Kind != TokenKind.Text) throw _tokens.Unexpected();
            var sign = _tokens.Take().Text;
            escape = sign.Length == 1
                ? sign[0]
                : throw Errors.Invalid("SC2207", $"The invalid escape character '{sign}' was specified in a LIKE predicate.");
        }

        return new LikeOperator(value, pattern, escape);
    }

    private Expression ParseBinary(int level)
    {
        if (level == Levels.Length) return ParsePrefix();
        var left = ParseBinary(level + 1);
        while (_tokens.Current.Kind == TokenKind.Sign && Levels[level].Contains(_tokens.Current.Text))
        {
            var sign = _tokens.Take().Text;
            var right = ParseBinary(level + 1);
            left = sign == "||" ? new ConcatOperator(left, right) : new ArithmeticOperator(sign, left, right);
        }

        return left;
    }

    /// <summary>NOT binds as tightly as the signs do: <c>NOT c.a = 1</c> is <c>(NOT c.a) = 1</c>.</summary>
    private Expression ParsePrefix()
    {
        var signs = new Stack<char>();
        while (true)
        {
            if (_tokens.TryTakeWord("NOT")) signs.Push('!');
            else if (_tokens.Is("-") || _tokens.Is("+") || _tokens.Is("~")) signs.Push(_tokens.Take().Text[0]);
            else break;
        }

        var operand = ParseSteps(ParsePrimary());
        foreach (var sign in signs)
        {
            operand = sign switch
            {
                '!' => new NotOperator(operand),
                // A negative number is a constant like any other.
                '-' when operand is Constant { Value.Kind: ValueKind.Number } number => new Constant(Value.Of(-number.Value.Number)),
                _ => new UnaryOperator(sign, operand),
            };
        }

        return operand;
    }

    /// <summary><c>.name</c>, <c>["name"]</c> and <c>[index]</c>.</summary>
    private Expression ParseSteps(Expression target)
    {
        while (true)
        {
            if (_tokens.TryTake("."))
            {
                target = new Member(target, _tokens.ExpectName());
            }
            else if (_tokens.TryTake("["))
            {
                var index = ParseExpression();
                _tokens.Expect("]");
                target = index switch
                {
                    Constant { Value: { Kind: ValueKind.String } name } => new Member(target, name.Text),
                    Constant { Value: { Kind: ValueKind.Number } number } => new Indexer(target, number.Number),
                    _ => throw Errors.Invalid("SC2990", "The specified query includes 'member indexer' which is currently not supported."),
                };
            }
            else
            {
                return target;
            }
        }
    }
}
