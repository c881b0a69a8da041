using Crm.Entities;
using Crm.Entities.Types;
using Crm.Query;

namespace Crm.Tests.Query;

public sealed class ListSqlTests
{
    private const string Everything = "FROM c WHERE c.tenantId = @tenant AND c.entity = @entity AND c.kind = 'record'";
    private static readonly EntityType Contacts = EntityType.Of<Contact>("contacts");

    [Theory]
    [InlineData("", $"SELECT VALUE c[\"data\"] {Everything}")]
    [InlineData("?filter=doNotCall or lastName eq 'a'", $"SELECT VALUE c[\"data\"] {Everything} AND ((c[\"data\"][\"doNotCall\"] = @p0 OR c[\"data\"][\"lastName\"] = @p1))")]
    [InlineData("?orderby=lastName", $"SELECT VALUE c[\"data\"] {Everything} AND IS_DEFINED(c[\"sort\"][\"lastName\"]) ORDER BY c[\"sort\"][\"lastName\"] ASC")]
    [InlineData("?orderby=birthday desc", $"SELECT VALUE c[\"data\"] {Everything} AND IS_DEFINED(c[\"sort\"][\"birthday\"]) ORDER BY c[\"sort\"][\"birthday\"] DESC")]
    [InlineData("?orderby=status", $"SELECT VALUE c[\"data\"] {Everything} AND IS_DEFINED(c[\"data\"][\"status\"]) ORDER BY c[\"data\"][\"status\"] ASC")]
    [InlineData("?select=lastName", $"SELECT VALUE {{\"id\": c[\"data\"][\"id\"], \"etag\": c[\"data\"][\"etag\"], \"lastName\": c[\"data\"][\"lastName\"]}} {Everything}")]
    public void Rows_OfAQuery_AreOneStatement(string query, string sql) => Assert.Equal(sql, ListSql.Rows(Contacts, "t1", Read(query), []).Text);

    [Fact]
    public void Count_OfAnOrderedQuery_IsCappedAndHasNoOrder() =>
        Assert.Equal($"SELECT TOP 10001 VALUE 1 {Everything}", ListSql.Count(Contacts, "t1", Read("?orderby=lastName&select=tags&count=true"), []).Text);

    [Fact]
    public void Rows_WithConditionsOfTheServer_HaveThemBesideTheFilter()
    {
        var mine = new SqlPredicate("c[\"data\"][\"ownerId\"] = @me OR false", [new("@me", "u1")]);

        var rows = ListSql.Rows(Contacts, "t1", Read("?filter=status eq 'active'"), [mine]);

        Assert.EndsWith("AND (c[\"data\"][\"status\"] = @p0) AND (c[\"data\"][\"ownerId\"] = @me OR false)", rows.Text, StringComparison.Ordinal);
        Assert.Equal([new("@tenant", "t1"), new("@entity", "contacts"), new("@p0", "active"), new("@me", "u1")], rows.Parameters);
    }

    private static ListQuery Read(string query) => ListQueryTests.Read(query).Value!;
}
