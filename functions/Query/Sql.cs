using Microsoft.Azure.Cosmos;

namespace Crm.Query;

/// <summary>A value of a statement: never part of its text.</summary>
/// <param name="Name">With its <c>@</c>.</param>
public readonly record struct SqlParameter(string Name, object Value);

/// <summary>
/// A condition on the document <c>c</c>. It is true or not true for every document; parameters named <c>@p0</c>, <c>@p1</c> … belong
/// to the client's filter, so a condition from elsewhere names its own.
/// </summary>
public sealed record SqlPredicate(string Text, IReadOnlyList<SqlParameter> Parameters);

/// <summary>A whole Cosmos SQL statement.</summary>
internal sealed record SqlStatement(string Text, IReadOnlyList<SqlParameter> Parameters)
{
    public QueryDefinition ToQuery() => Parameters.Aggregate(new QueryDefinition(Text), (query, parameter) => query.WithParameter(parameter.Name, parameter.Value));
}
