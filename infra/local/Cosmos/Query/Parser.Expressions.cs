namespace Crm.Local.Cosmos.Query;

internal sealed partial class Parser
{
    // The parser recurses on parentheses and prefixes; each level takes a dozen stack frames.
    private const int MostNested = 100;

    /// <summary>Binary operators from loose to tight.</summary>
    private static readonly string[][] Levels = [["|"], ["^"], ["&"], ["<<", ">>", ">>>"], ["+", "-", "||"], ["*", "/", "%"]];

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

    private Expression ParseOr()
    {
        var first = ParseAnd();
        if (!_tokens.IsWord("OR")) return first;
        var all = new List<Expression> { first };
        while (_tokens.TryTakeWord("OR")) all.Add(ParseAnd());
        return new OrOperator(all);
    }

    private Expression ParseAnd()
    {
        var first = ParseNot();
        if (!_tokens.IsWord("AND")) return first;
        var all = new List<Expression> { first };
        while (_tokens.TryTakeWord("AND")) all.Add(ParseNot());
        return new AndOperator(all);
    }

    private Expression ParseNot()
    {
        var negations = 0;
        while (_tokens.TryTakeWord("NOT")) negations++;
        var operand = ParseComparison();
        for (; negations > 0; negations--) operand = new NotOperator(operand);
        return operand;
    }

    private Expression ParseComparison()
    {
        var left = ParseBinary(0);
        while (true)
        {
            if (ComparisonAt() is { } comparison)
            {
                _tokens.Take();
                left = new ComparisonOperator(comparison, left, ParseBinary(0));
                continue;
            }

            var negated = _tokens.IsWord("NOT") && (_tokens.FollowedByWord("IN") || _tokens.FollowedByWord("BETWEEN") || _tokens.FollowedByWord("LIKE"));
            if (negated) _tokens.Take();
            Expression? test = _tokens.TryTakeWord("IN") ? ParseIn(left)
                : _tokens.TryTakeWord("BETWEEN") ? ParseBetween(left)
                : _tokens.TryTakeWord("LIKE") ? ParseLike(left)
                : null;
            if (test is null) return left;
            left = negated ? new NotOperator(test) : test;
        }
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

    private BetweenOperator ParseBetween(Expression value)
    {
        var low = ParseBinary(0);
        _tokens.ExpectWord("AND");
        return new BetweenOperator(value, low, ParseBinary(0));
    }

    private LikeOperator ParseLike(Expression value)
    {
        var pattern = ParseBinary(0);
        char? escape = null;
        if (_tokens.TryTakeWord("ESCAPE"))
            escape = _tokens.Current is { Kind: TokenKind.Text, Text.Length: 1 } ? _tokens.Take().Text[0] : throw _tokens.Unexpected();
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

    private Expression ParsePrefix()
    {
        var signs = new Stack<char>();
        while (_tokens.Is("-") || _tokens.Is("+") || _tokens.Is("~")) signs.Push(_tokens.Take().Text[0]);
        var operand = ParseSteps(ParsePrimary());
        foreach (var sign in signs)
        {
            // A negative number is a constant like any other.
            operand = sign == '-' && operand is Constant { Value.Kind: ValueKind.Number } number
                ? new Constant(Value.Of(-number.Value.Number))
                : new UnaryOperator(sign, operand);
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
                target = index is Constant { Value: { Kind: ValueKind.String } name } ? new Member(target, name.Text) : new Indexer(target, index);
            }
            else
            {
                return target;
            }
        }
    }

    private Expression ParsePrimary()
    {
        var token = _tokens.Current;
        switch (token.Kind)
        {
            case TokenKind.Number:
                _tokens.Take();
                return new Constant(Value.Of(token.Number));
            case TokenKind.Text:
                _tokens.Take();
                return new Constant(Value.Of(token.Text));
            case TokenKind.Parameter:
                return ParseParameter();
            case TokenKind.Sign when _tokens.TryTake("("):
                var inner = _tokens.IsWord("SELECT") ? ParseNested(SubqueryKind.Scalar) : ParseExpression();
                _tokens.Expect(")");
                return inner;
            case TokenKind.Sign when _tokens.TryTake("["):
                var elements = _tokens.Is("]") ? [] : ParseList();
                _tokens.Expect("]");
                return new ArrayLiteral(elements);
            case TokenKind.Sign when _tokens.TryTake("{"):
                return ParseObject();
            case TokenKind.Word:
                return ParseWord();
            default:
                throw _tokens.Unexpected();
        }
    }

    private Expression ParseWord()
    {
        if (_tokens.TryTakeWord("TRUE")) return new Constant(Value.True);
        if (_tokens.TryTakeWord("FALSE")) return new Constant(Value.False);
        if (_tokens.TryTakeWord("NULL")) return new Constant(Value.Null);
        if (_tokens.TryTakeWord("UNDEFINED")) return new Constant(default);
        if (_tokens.IsWord("UDF")) throw new UnsupportedQueryException("user-defined functions");
        if (_tokens.FollowedBy("("))
        {
            if (_tokens.TryTakeWord("EXISTS")) return ParseEnclosed(SubqueryKind.Exists);
            if (_tokens.TryTakeWord("ARRAY")) return ParseEnclosed(SubqueryKind.Array);
            if (_tokens.IsName) return ParseCall();
        }

        var start = _tokens.Current.Start;
        return Reference(_tokens.ExpectName(), start);
    }

    private AliasReference Reference(string name, int position)
    {
        var reference = new AliasReference(name, position);
        _scope.Pending.Add(reference);
        return reference;
    }

    private Subquery ParseEnclosed(SubqueryKind kind)
    {
        _tokens.Expect("(");
        var subquery = ParseNested(kind);
        _tokens.Expect(")");
        return subquery;
    }

    private Subquery ParseNested(SubqueryKind kind)
    {
        if (++_nested > MostNested) throw Errors.TooComplex();
        var block = ParseSubquery();
        _nested--;
        return new Subquery(kind, block);
    }

    private Expression ParseCall()
    {
        var name = _tokens.Take().Text.ToUpperInvariant();
        _tokens.Expect("(");
        if (Aggregator.Names.Contains(name)) return ParseAggregate(name);
        var arguments = _tokens.Is(")") ? [] : ParseList();
        _tokens.Expect(")");
        return new FunctionCall(name, Functions.Find(name, arguments.Count), arguments);
    }

    private AggregateCall ParseAggregate(string name)
    {
        if (!_scope.AllowsAggregates) throw Errors.Invalid("SC2100", $"The aggregate {name} may stand in a SELECT clause only, and not inside another.");
        _scope.AllowsAggregates = false;
        var argument = ParseExpression();
        _tokens.Expect(")");
        _scope.AllowsAggregates = true;
        var aggregate = new AggregateCall(name, Names.Aggregates++, argument);
        _scope.Aggregates.Add(aggregate);
        return aggregate;
    }

    private ObjectLiteral ParseObject()
    {
        var names = new List<string>();
        var values = new List<Expression>();
        while (!_tokens.Is("}"))
        {
            if (names.Count > 0) _tokens.Expect(",");
            names.Add(_tokens.Current.Kind == TokenKind.Text ? _tokens.Take().Text : _tokens.ExpectName());
            _tokens.Expect(":");
            values.Add(ParseExpression());
        }

        _tokens.Expect("}");
        return new ObjectLiteral(names, values);
    }

    private Parameter ParseParameter()
    {
        var name = _tokens.Take().Text;
        if (!Names.Parameters.TryGetValue(name, out var index)) Names.Parameters.Add(name, index = Names.Parameters.Count);
        return new Parameter(index);
    }
}
