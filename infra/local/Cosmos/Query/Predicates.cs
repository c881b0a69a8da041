namespace Crm.Local.Cosmos.Query;

/// <summary>What a condition says of one path: its value (one of the elements, on a path with <c>[]</c>) lies in one of the ranges.</summary>
internal sealed record PathRanges(string Path, IReadOnlyList<KeyRange> Ranges)
{
    public bool IsOfElements => Path.Contains("/[]", StringComparison.Ordinal);
}

/// <summary>
/// Reads from a condition what must hold for it to be true. What it does not understand it leaves out: that narrows less, never wrongly.
/// Each statement fails on undefined, so a path that has one is defined.
/// </summary>
internal sealed class Predicates(Frame frame)
{
    // What LIKE gives a meaning to.
    private const string LikeSigns = "%_[";

    public IEnumerable<PathRanges> Read(Expression? condition, Paths paths) => condition is null ? [] : paths.Inlined(condition) switch
    {
        AndOperator and => and.Operands.SelectMany(operand => Read(operand, paths)),
        OrOperator or => ReadOr(or, paths),
        NotOperator { Operands: [var operand] } => One(paths.Of(operand), KeyRange.Of(Value.False)),
        ComparisonOperator comparison => ReadComparison(comparison, paths),
        InOperator { Left: var left, Choices: var choices } => All(paths.Of(left), choices.Select(Fixed)),
        BetweenOperator { Operands: [var value, var low, var high] } =>
            Compared(paths.Of(value), Comparison.GreaterOrEqual, Fixed(low)).Concat(Compared(paths.Of(value), Comparison.LessOrEqual, Fixed(high))),
        LikeOperator { Operands: [var text, var pattern], Escape: null } => ReadLike(paths.Of(text), Fixed(pattern)),
        FunctionCall call => ReadCall(call, paths),
        Subquery { Kind: SubqueryKind.Exists, Block: { IsGrouped: false } block } => Read(block.Where, paths.With(block)),
        var path => One(paths.Of(path), KeyRange.Of(Value.True)),
    };

    /// <summary>The value of an expression that is the same for all items; undefined when it is not, or is undefined.</summary>
    private Value Fixed(Expression expression) =>
        expression.Parts().All(part => part is Constant or Parameter or ArrayLiteral or UnaryOperator) ? expression.Evaluate(frame) : default;

    /// <summary>What all alternatives speak of: in the ranges of any of them.</summary>
    private IEnumerable<PathRanges> ReadOr(OrOperator or, Paths paths)
    {
        Dictionary<string, List<KeyRange>>? common = null;
        foreach (var alternative in or.Operands)
        {
            var stated = Read(alternative, paths).DistinctBy(ranges => ranges.Path).ToDictionary(ranges => ranges.Path, ranges => ranges.Ranges);
            if (common is null)
            {
                common = stated.ToDictionary(entry => entry.Key, entry => entry.Value.ToList());
                continue;
            }

            foreach (var path in common.Keys)
            {
                if (stated.TryGetValue(path, out var ranges)) common[path].AddRange(ranges);
                else common.Remove(path);
            }

            if (common.Count == 0) break;
        }

        return (common ?? []).Select(entry => new PathRanges(entry.Key, KeyRange.Merge(entry.Value)));
    }

    private IEnumerable<PathRanges> ReadComparison(ComparisonOperator comparison, Paths paths)
    {
        if (paths.Of(comparison.Left) is { } left) return Compared(left, comparison.Comparison, Fixed(comparison.Right));
        return Compared(paths.Of(comparison.Right), comparison.Comparison switch
        {
            Comparison.Less => Comparison.Greater,
            Comparison.LessOrEqual => Comparison.GreaterOrEqual,
            Comparison.Greater => Comparison.Less,
            Comparison.GreaterOrEqual => Comparison.LessOrEqual,
            var same => same,
        }, Fixed(comparison.Left));
    }

    private static IEnumerable<PathRanges> Compared(string? path, Comparison comparison, in Value value)
    {
        if (path is null || !value.IsDefined) return [];
        if (comparison == Comparison.NotEqual) return One(path, KeyRange.Defined);
        if (comparison == Comparison.Equal) return One(path, KeyRange.Of(value));
        return KeyRange.Compared(comparison, value) is { } range ? One(path, range) : [];
    }

    private IEnumerable<PathRanges> ReadCall(FunctionCall call, Paths paths)
    {
        var first = call.Operands.Count > 0 ? call.Operands[0] : null;
        var second = call.Operands.Count > 1 ? Fixed(call.Operands[1]) : default;
        switch (call.Name)
        {
            case "IS_DEFINED":
                return One(paths.Of(first!), KeyRange.Defined);
            case "IS_NULL":
                return One(paths.Of(first!), KeyRange.Of(Value.Null));
            case "IS_BOOL":
                return One(paths.Of(first!), KeyRange.OfType(IndexKey.FalseType, 2));
            case "IS_NUMBER":
                return One(paths.Of(first!), KeyRange.OfType(IndexKey.NumberType));
            case "IS_STRING":
                return One(paths.Of(first!), KeyRange.OfType(IndexKey.StringType));
            case "STARTSWITH" when second.Kind == ValueKind.String && call.Operands.Count == 2:
                return One(paths.Of(first!), KeyRange.Prefixed(second.Text));
            case "STRINGEQUALS" when second.Kind == ValueKind.String && call.Operands.Count == 2:
                return One(paths.Of(first!), KeyRange.Of(second));
            case "STARTSWITH" or "ENDSWITH" or "CONTAINS" or "STRINGEQUALS" or "REGEXMATCH":
                return One(paths.Of(first!), KeyRange.OfType(IndexKey.StringType));
            case "ARRAY_CONTAINS" when second.IsDefined:
                return One(paths.OfElements(first!), KeyRange.Of(second));
            case "ARRAY_CONTAINS" when Fixed(first!) is { Kind: ValueKind.Array } list && call.Operands.Count == 2:
                return All(paths.Of(call.Operands[1]), list.Elements());
            case "ARRAY_CONTAINS_ANY":
                return All(paths.OfElements(first!), call.Operands.Skip(1).Select(Fixed));
            default:
                return [];
        }
    }

    private static IEnumerable<PathRanges> ReadLike(string? path, in Value pattern)
    {
        if (pattern.Kind != ValueKind.String) return [];
        var text = pattern.Text;
        var end = text.AsSpan().IndexOfAny(LikeSigns);
        return One(path, end < 0 ? KeyRange.Of(pattern) : KeyRange.Prefixed(text[..end]));
    }

    private static IEnumerable<PathRanges> One(string? path, KeyRange range) => path is null ? [] : [new PathRanges(path, KeyRange.Merge([range]))];

    /// <summary>Any of the values; when one is not known beforehand, nothing can be said.</summary>
    private static IEnumerable<PathRanges> All(string? path, IEnumerable<Value> values)
    {
        if (path is null) return [];
        var known = values.ToList();
        return known.Exists(value => !value.IsDefined) ? [] : [new PathRanges(path, KeyRange.Merge(known.Select(value => KeyRange.Of(value))))];
    }
}
