namespace Crm.Local.Cosmos.Query;

/// <summary>Reads a query: its blocks and clauses here, operators and what they join in the other parts.</summary>
internal sealed partial class Parser
{
    // What the account document tells clients of both.
    private const int LongestQuery = 256 * 1024;
    private const int MostJoins = 10;

    private readonly TokenReader _tokens;
    private int _joins;
    private Scope _scope = new(null, isOfContainer: true);

    private Parser(string text)
    {
        if (text.Length > LongestQuery) throw Errors.TooComplex();
        _tokens = new TokenReader(text);
    }

    public QueryNames Names { get; } = new();

    public static (QueryBlock Block, QueryNames Names) ParseQuery(string text)
    {
        var parser = new Parser(text);
        var block = parser.ParseBlock(parser._scope);
        return parser._tokens.Current.Kind == TokenKind.End ? (block, parser.Names) : throw parser._tokens.Unexpected();
    }

    /// <summary>Reads a condition of a patch or delete: FROM and WHERE alone.</summary>
    public static (QueryBlock Block, QueryNames Names) ParseCondition(string text)
    {
        var parser = new Parser(text);
        var sources = parser.ParseSources();
        var where = parser._tokens.TryTakeWord("WHERE") ? parser.ParseExpression() : null;
        if (parser._tokens.Current.Kind != TokenKind.End || sources.Count == 0) throw parser._tokens.Unexpected();
        parser._scope.Resolve();
        return (new QueryBlock
        {
            Projection = new Constant(Value.True),
            Sources = sources,
            Where = where,
            GroupBy = [],
            OrderBy = [],
            Aggregates = [],
            IsDistinct = false,
            Skip = null,
            Take = null,
        }, parser.Names);
    }

    private QueryBlock ParseBlock(Scope scope)
    {
        _scope = scope;
        _tokens.ExpectWord("SELECT");
        var distinct = _tokens.TryTakeWord("DISTINCT");
        var take = _tokens.TryTakeWord("TOP") ? ParseCount() : null;
        scope.AggregateRefusal = null;
        var projection = ParseProjection();
        scope.AggregateRefusal = Scope.NotInWhere;
        var sources = ParseSources();
        var where = _tokens.TryTakeWord("WHERE") ? ParseExpression() : null;
        scope.AggregateRefusal = QueryRules.NotInGroupBy;
        List<Expression> groupBy = TakeWords("GROUP", "BY") ? ParseList() : [];
        scope.AggregateRefusal = QueryRules.NotAPath;
        var orderBy = TakeWords("ORDER", "BY") ? ParseOrderings() : [];
        Expression? skip = null;
        if (_tokens.TryTakeWord("OFFSET"))
        {
            skip = ParseCount();
            _tokens.ExpectWord("LIMIT");
            if (take is not null) throw Errors.Invalid("SC2205", "A TOP cannot be used in the same query or subquery as an OFFSET.");
            take = ParseCount();
        }

        scope.Resolve();
        if (projection is null)
        {
            if (sources.Count == 0) throw Errors.Invalid("SC1021", "Syntax error, 'SELECT *' is not valid if FROM clause is omitted.");
            if (sources.Count > 1) throw Errors.Invalid("SC2042", "'SELECT *' is only valid with a single input set.");
            projection = new AliasReference("*", 0) { Slot = sources[0].Slot };
        }

        var block = new QueryBlock
        {
            Projection = projection,
            Sources = sources,
            Where = where,
            GroupBy = groupBy,
            OrderBy = orderBy,
            Aggregates = scope.Aggregates,
            IsDistinct = distinct,
            Skip = skip,
            Take = take,
        };
        QueryRules.Check(block, isSubquery: scope.Outer is not null);
        return block;
    }

    private QueryBlock ParseSubquery(bool isOfContainer = false)
    {
        var outer = _scope;
        var block = ParseBlock(new Scope(outer, isOfContainer));
        _scope = outer;
        return block;
    }

    /// <summary>Null for <c>*</c>.</summary>
    private Expression? ParseProjection()
    {
        if (_tokens.TryTake("*")) return null;
        if (_tokens.TryTakeWord("VALUE")) return ParseExpression();
        var names = new List<string>();
        var values = new List<Expression>();
        var unnamed = 0;
        do
        {
            var value = ParseExpression();
            var named = _tokens.TryTakeWord("AS") || _tokens.IsName || _tokens.Current.Kind == TokenKind.Text;
            var name = named ? (_tokens.Current.Kind == TokenKind.Text ? _tokens.Take().Text : _tokens.ExpectName()) : value switch
            {
                Member member => member.Name,
                AliasReference alias => alias.Name,
                _ => $"${++unnamed}",
            };
            if (names.Contains(name)) throw Errors.RepeatedProperty(name);
            names.Add(name);
            values.Add(value);
        }
        while (_tokens.TryTake(","));
        return new ObjectLiteral(names, values);
    }

    private List<Source> ParseSources()
    {
        var sources = new List<Source>();
        if (!_tokens.TryTakeWord("FROM")) return sources;
        sources.Add(ParseSource(_scope.IsOfContainer));
        while (_tokens.TryTakeWord("JOIN"))
        {
            if (++_joins > MostJoins) throw Errors.Invalid("SC3002", $"The SQL query exceeded the maximum number of joins. The allowed limit is {MostJoins}.");
            sources.Add(ParseSource(ofContainer: false));
        }

        return sources;
    }

    /// <param name="ofContainer">Whether the first name is that of the container, which any name is.</param>
    private Source ParseSource(bool ofContainer)
    {
        if (_tokens.TryTake("("))
        {
            var pending = _scope.Pending.Count;
            var block = ParseSubquery(ofContainer);
            _tokens.Expect(")");
            _scope.Resolve(pending);
            _tokens.TryTakeWord("AS");
            return Declare(_tokens.ExpectName(), slot => new Source(slot, null, false, block));
        }

        string? alias = null;
        if (_tokens.IsName && _tokens.FollowedByWord("IN"))
        {
            alias = _tokens.ExpectName();
            _tokens.ExpectWord("IN");
        }

        var iterates = alias is not null;
        var from = _scope.Pending.Count;
        var start = _tokens.Current.Start;
        var name = _tokens.ExpectName();
        Expression value = ofContainer ? new ItemReference() : Reference(name, start);
        value = ParseSteps(value);
        _scope.Resolve(from);
        if (!iterates)
        {
            if (_tokens.TryTakeWord("AS") || _tokens.IsName) alias = _tokens.ExpectName();
            else alias = value is Member member ? member.Name : name;
        }

        return Declare(alias!, slot => new Source(slot, value, iterates, null));
    }

    private Source Declare(string alias, Func<int, Source> create)
    {
        var slot = Names.Slots++;
        _scope.Declare(alias, slot);
        return create(slot);
    }

    private List<Ordering> ParseOrderings()
    {
        if (_tokens.IsWord("RANK")) throw new UnsupportedQueryException("ORDER BY RANK");
        var orderings = new List<Ordering>();
        do
        {
            var value = ParseExpression();
            var descending = _tokens.TryTakeWord("DESC");
            if (!descending) _tokens.TryTakeWord("ASC");
            orderings.Add(new Ordering(value, descending));
        }
        while (_tokens.TryTake(","));
        return orderings;
    }

    private Expression ParseCount() => _tokens.Current.Kind switch
    {
        TokenKind.Number => new Constant(Value.Of(_tokens.Take().Number)),
        TokenKind.Parameter => ParseParameter(),
        _ => throw _tokens.Unexpected(),
    };

    private List<Expression> ParseList()
    {
        var list = new List<Expression>();
        do list.Add(ParseExpression());
        while (_tokens.TryTake(","));
        return list;
    }

    private bool TakeWords(string first, string second)
    {
        if (!_tokens.TryTakeWord(first)) return false;
        _tokens.ExpectWord(second);
        return true;
    }
}
