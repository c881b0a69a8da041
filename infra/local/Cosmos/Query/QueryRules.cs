namespace Crm.Local.Cosmos.Query;

/// <summary>What a block that can be read may still not say.</summary>
internal static class QueryRules
{
    public static void Check(QueryBlock block)
    {
        if (block.OrderBy.Any(ordering => !IsPath(ordering.Value)))
        {
            throw Errors.Invalid(
                "SC2206", "Unsupported ORDER BY clause. ORDER BY item expression could not be mapped to a document path.");
        }

        if (block.GroupBy.Count > 0 && block.OrderBy.Count > 0)
            throw Errors.Invalid("SC2105", "ORDER BY is not supported with GROUP BY.");
        if (block.IsGrouped && !IsOfGroup(block.Projection, block.GroupBy))
        {
            throw Errors.Invalid(
                "SC2102", "A property reference in the select list is invalid because it is not contained in either an aggregate function or the GROUP BY clause.");
        }
    }

    /// <summary>An alias (of a JOIN it may be a scalar) or something below one.</summary>
    private static bool IsPath(Expression expression) =>
        expression is AliasReference
        || (expression is Member { Target: var target } && IsPath(target))
        || (expression is Indexer { Operands: [var array, Constant] } && IsPath(array));

    /// <summary>Whether an expression has one value for all rows of a group.</summary>
    private static bool IsOfGroup(Expression expression, IReadOnlyList<Expression> groupBy) =>
        groupBy.Any(expression.SameAs)
        || expression is AggregateCall
        || (expression is not (AliasReference or ItemReference or Subquery) && expression.Operands.All(operand => IsOfGroup(operand, groupBy)));
}
