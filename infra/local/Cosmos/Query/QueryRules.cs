namespace Crm.Local.Cosmos.Query;

/// <summary>What a block that can be read may still not say.</summary>
internal static class QueryRules
{
    public static void Check(QueryBlock block, bool isSubquery)
    {
        if (isSubquery && block.OrderBy.Count > 0) throw Errors.Invalid("SC2202", "'ORDER BY' is not supported in subqueries.");
        if (isSubquery && block.Skip is not null) throw Errors.Invalid("SC2204", "'OFFSET LIMIT' clause is not supported in subqueries.");
        if (isSubquery && block.Take is not null) throw Errors.Invalid("SC2203", "'TOP' is not supported in subqueries.");
        if (block.OrderBy.Any(ordering => !IsPath(ordering.Value))) throw NotAPath();
        if (block.GroupBy.Any(expression => !expression.Parts().Any(part => part is AliasReference)))
            throw Errors.Invalid("SC2110", "Each GROUP BY expression must contain at least one property reference.");
        if (block.GroupBy.Any(expression => expression.Parts().Any(part => part is Subquery))) throw NotInGroupBy();
        if (block.GroupBy.Count > 0 && !block.OrderBy.All(ordering => IsOfGroup(ordering.Value, block.GroupBy))) throw NotOfGroup("SC2103", "ORDER BY clause");
        if (!block.IsGrouped) return;
        if (!IsOfGroup(block.Projection, block.GroupBy)) throw NotOfGroup("SC2102", "select list");
        if (!isSubquery && IsComposition(block.Projection))
            throw Errors.Invalid("SC2106", "Compositions of aggregates and other expressions are not allowed.");
    }

    /// <summary>A scalar subquery has one row at most, and that must be plain from its text.</summary>
    public static void CheckScalar(QueryBlock block)
    {
        var isOne = block.IsGrouped ? block.GroupBy.Count == 0 : block.Sources.All(source => source is { Iterates: false, Query: null });
        if (!isOne) throw Errors.Invalid("SC2201", "The cardinality of a scalar subquery result set cannot be greater than one.");
    }

    public static QueryException NotAPath() => Errors.Invalid(
        "2206", "Unsupported ORDER BY clause. ORDER BY item expression could not be mapped to a document path.");

    public static QueryException NotInGroupBy() => Errors.Invalid(
        "SC2111", "Cannot use an aggregate or a subquery in an expression used for the group by list of a GROUP BY clause.");

    private static QueryException NotOfGroup(string code, string clause) => Errors.Invalid(
        code, $"A property reference is invalid in the {clause} because it is not contained in either an aggregate function or the GROUP BY clause.");

    /// <summary>An alias (of a JOIN it may be a scalar) or something below one.</summary>
    private static bool IsPath(Expression expression) => expression switch
    {
        AliasReference => true,
        Member member => IsPath(member.Target),
        Indexer indexer => IsPath(indexer.Target),
        _ => false,
    };

    /// <summary>Whether an expression has one value for all rows of a group.</summary>
    private static bool IsOfGroup(Expression expression, IReadOnlyList<Expression> groupBy) =>
        groupBy.Any(expression.SameAs)
        || expression is AggregateCall
        || (expression is not (AliasReference or ItemReference or Subquery) && expression.Operands.All(operand => IsOfGroup(operand, groupBy)));

    /// <summary>
    /// An aggregate inside an operator or a function. The service refuses literals around one as well, but a client that plans its own
    /// queries sends them, so here they pass.
    /// </summary>
    private static bool IsComposition(Expression expression) => expression switch
    {
        AggregateCall => false,
        ObjectLiteral or ArrayLiteral => expression.Operands.Any(IsComposition),
        _ => expression.Parts().Any(part => part is AggregateCall),
    };
}
