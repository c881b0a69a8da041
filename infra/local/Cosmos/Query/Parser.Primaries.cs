using System.Globalization;
using System.Text.Json;

namespace Crm.Local.Cosmos.Query;

internal sealed partial class Parser
{
    private const long LargestExact = 1L << 53;

    private Expression ParsePrimary()
    {
        var token = _tokens.Current;
        switch (token.Kind)
        {
            case TokenKind.Number:
                _tokens.Take();
                return new Constant(Number(token));
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

    /// <summary>A whole number of 64 bits keeps its digits, which a double may not have; ToString shows them.</summary>
    private static Value Number(in Token token) =>
        long.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var whole) && whole > LargestExact
            ? Value.From(JsonSerializer.SerializeToElement(whole))
            : Value.Of(token.Number);

    private Expression ParseWord()
    {
        if (TryTakeLiteral("true")) return new Constant(Value.True);
        if (TryTakeLiteral("false")) return new Constant(Value.False);
        if (TryTakeLiteral("null")) return new Constant(Value.Null);
        if (TryTakeLiteral("undefined")) return new Constant(default);
        if (_tokens.Current.Text == "udf") throw new UnsupportedQueryException("user-defined functions");
        if (_tokens.FollowedBy("("))
        {
            if (_tokens.TryTakeWord("EXISTS")) return ParseEnclosed(SubqueryKind.Exists);
            if (_tokens.TryTakeWord("ARRAY")) return ParseEnclosed(SubqueryKind.Array);
            if (_tokens.IsName || _tokens.IsWord("LEFT") || _tokens.IsWord("RIGHT")) return ParseCall();
        }

        var start = _tokens.Current.Start;
        return Reference(_tokens.ExpectName(), start);
    }

    private bool TryTakeLiteral(string word)
    {
        if (_tokens.Current.Text != word) return false;
        _tokens.Take();
        return true;
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
        if (kind == SubqueryKind.Scalar) QueryRules.CheckScalar(block);
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
        if (_scope.AggregateRefusal is { } refusal) throw refusal();
        _scope.AggregateRefusal = () => Errors.Invalid("SC2101", "Cannot perform an aggregate function on an expression containing an aggregate or a subquery.");
        var arguments = _tokens.Is(")") ? [] : ParseList();
        _tokens.Expect(")");
        if (arguments.Count != 1) throw Errors.ArgumentCount(name, 1, 1);
        _scope.AggregateRefusal = null;
        var aggregate = new AggregateCall(name, Names.Aggregates++, arguments[0]);
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
            var name = _tokens.Current.Kind == TokenKind.Text ? _tokens.Take().Text : _tokens.ExpectName();
            if (names.Contains(name)) throw Errors.RepeatedProperty(name);
            names.Add(name);
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
