using Crm.Entities;
using Crm.Platform.Cosmos;

namespace Crm.Query;

/// <summary>The statements of a list. Names in them come from declared fields, values are parameters.</summary>
internal static class ListSql
{
    /// <summary>Beyond this, a count is not exact.</summary>
    public const int MaxCount = 10_000;

    /// <summary>The rows, as the API shows them.</summary>
    public static SqlStatement Rows(EntityType type, string tenantId, ListQuery query, IReadOnlyList<SqlPredicate> only)
    {
        var members = query.Select ?? (type.IsView ? type.Fields.Keys : null);
        var row = members is null ? Data : $"{{{string.Join(", ", members.Select(name => $"\"{name}\": {Member(name)}"))}}}";
        var where = Where(type, tenantId, query, only);
        if (query.OrderBy is not { } field)
            return where with { Text = $"SELECT VALUE {row} FROM c {where.Text}" };

        // What has no order would otherwise be left out by some services and not by others.
        var order = SqlPath.Of("c", field.OrderPath.Split('.'));
        return where with { Text = $"SELECT VALUE {row} FROM c {where.Text} AND IS_DEFINED({order}) ORDER BY {order} {(query.Descending ? "DESC" : "ASC")}" };
    }

    /// <summary>One row for each record there is, up to one more than is counted.</summary>
    public static SqlStatement Count(EntityType type, string tenantId, ListQuery query, IReadOnlyList<SqlPredicate> only)
    {
        var where = Where(type, tenantId, query, only);
        return where with { Text = $"SELECT TOP {MaxCount + 1} VALUE 1 FROM c {where.Text}" };
    }

    private const string Data = "c[\"data\"]";

    private static string Member(string name) => SqlPath.Of("c", "data", name);

    /// <summary>Tenant and entity are said again although the partition key has them: the emulator has answered with other tenants' rows without.</summary>
    private static SqlStatement Where(EntityType type, string tenantId, ListQuery query, IReadOnlyList<SqlPredicate> only)
    {
        IReadOnlyList<SqlPredicate> all = query.Filter is null ? only : [query.Filter, .. only];
        return new SqlStatement(
            "WHERE c.tenantId = @tenant AND c.entity = @entity AND c.kind = 'record'" + string.Concat(all.Select(predicate => $" AND ({predicate.Text})")),
            [new("@tenant", tenantId), new("@entity", type.Collection), .. all.SelectMany(predicate => predicate.Parameters)]);
    }
}
