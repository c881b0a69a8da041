using System.Text;
using System.Text.Json;
using Crm.Local.Cosmos.Query;

namespace Crm.Local.Tests.Cosmos.Query;

public sealed class StatementTests
{
    private static readonly InMemoryItems Items = new InMemoryItems(["/id"])
        .Add("""{"id":"1","cat":"x","n":3,"tags":["a","b"],"data":{ "b" : 1 }}""")
        .Add("""{"id":"2","cat":"y","n":1,"tags":[]}""")
        .Add("""{"id":"3","cat":"x","n":2,"tags":["b","c"]}""")
        .Add("""{"id":"4","n":null}""");

    [Theory]
    // Projection
    [InlineData("SELECT VALUE c.data FROM c WHERE c.id = '1'", """{ "b" : 1 }""")]
    [InlineData("SELECT * FROM c WHERE c.id = '2'", """{"id":"2","cat":"y","n":1,"tags":[]}""")]
    [InlineData("SELECT VALUE root FROM root WHERE root[\"id\"] = '4'", """{"id":"4","n":null}""")]
    [InlineData("SELECT c.id AS \"the id\" FROM c WHERE c.id = '4'", """{"the id":"4"}""")]
    [InlineData("select c.id, c.n as num, c.cat category, c.missing from c where c.id = '4'", """{"id":"4","num":null}""")]
    [InlineData("SELECT c.n + 1, c.id, UPPER(c.cat) FROM c WHERE c.id = '1'", """{"$1":4,"id":"1","$2":"X"}""")]
    [InlineData("SELECT c.tags[0] FROM c WHERE c.id = '1'", """{"$1":"a"}""")]
    [InlineData("SELECT c FROM c WHERE c.id = '4'", """{"c":{"id":"4","n":null}}""")]
    [InlineData("SELECT VALUE c.missing FROM c", "")]
    [InlineData("SELECT c.missing FROM c WHERE c.id IN ('1', '2')", "{},{}")]
    [InlineData("SELECT VALUE {\"id\": c.id, \"m\": c.missing} FROM c WHERE c.id = '1'", """{"id":"1"}""")]
    [InlineData("SELECT VALUE 1", "1")]
    // ORDER BY, TOP, OFFSET
    [InlineData("SELECT VALUE c.id FROM c ORDER BY c.n", "\"4\",\"2\",\"3\",\"1\"")]
    [InlineData("SELECT VALUE c.id FROM c ORDER BY c.n DESC", "\"1\",\"3\",\"2\",\"4\"")]
    [InlineData("SELECT VALUE c.id FROM c ORDER BY c.cat, c.n DESC", "\"4\",\"1\",\"3\",\"2\"")]
    [InlineData("SELECT VALUE c.id FROM c ORDER BY c.cat DESC", "\"2\",\"3\",\"1\",\"4\"")]
    [InlineData("SELECT TOP 2 VALUE c.id FROM c ORDER BY c.n", "\"4\",\"2\"")]
    [InlineData("SELECT VALUE c.id FROM c ORDER BY c.n OFFSET 1 LIMIT 2", "\"2\",\"3\"")]
    [InlineData("SELECT TOP 0 * FROM c", "")]
    // Sources
    [InlineData("SELECT VALUE t FROM c JOIN t IN c.tags WHERE c.id IN ('1','2') ORDER BY c.id", "\"a\",\"b\"")]
    [InlineData("SELECT VALUE CONCAT(t, u) FROM c JOIN t IN c.tags JOIN u IN c.tags WHERE c.id = '1'", "\"aa\",\"ab\",\"ba\",\"bb\"")]
    [InlineData("SELECT VALUE t FROM t IN c.tags ORDER BY t", "\"a\",\"b\",\"b\",\"c\"")]
    [InlineData("SELECT VALUE data.b FROM c.data", "1")]
    [InlineData("SELECT VALUE d FROM Families.data d", """{ "b" : 1 }""")]
    [InlineData("SELECT VALUE root[\"id\"] FROM root JOIN (SELECT VALUE EXISTS(SELECT VALUE t0 FROM root JOIN t0 IN root[\"tags\"] WHERE (t0 = \"c\"))) AS v0 WHERE v0", "\"3\"")]
    [InlineData("SELECT VALUE v0 FROM root JOIN (SELECT VALUE COUNT(1) FROM root JOIN t0 IN root[\"tags\"]) AS v0 WHERE root[\"id\"] = \"1\"", "2")]
    // Aggregates, groups, distinct
    [InlineData("SELECT VALUE COUNT(1) FROM c", "4")]
    [InlineData("SELECT VALUE COUNT(c.cat) FROM c", "3")]
    [InlineData("SELECT VALUE COUNT(1) FROM c WHERE false", "0")]
    [InlineData("SELECT VALUE SUM(c.n) FROM c WHERE IS_NUMBER(c.n)", "6")]
    [InlineData("SELECT VALUE SUM(c.n) FROM c", "")]
    [InlineData("SELECT SUM(c.n) AS s FROM c", "{}")]
    [InlineData("SELECT VALUE AVG(c.n) FROM c WHERE c.n > 1", "2.5")]
    [InlineData("SELECT VALUE AVG(c.missing) FROM c", "")]
    [InlineData("SELECT MIN(c.n) AS low, MAX(c.cat) AS high, COUNT(1) FROM c", """{"low":null,"high":"y","$1":4}""")]
    [InlineData("SELECT VALUE [{\"item\": COUNT(1)}] FROM c", """[{"item":4}]""")]
    [InlineData("SELECT COUNT(1) AS n, c.cat FROM c GROUP BY c.cat", """{"n":1},{"n":2,"cat":"x"},{"n":1,"cat":"y"}""")]
    [InlineData("SELECT UPPER(c.cat) AS k, COUNT(1) AS n, SUM(c.n) AS s FROM c WHERE IS_DEFINED(c.cat) GROUP BY UPPER(c[\"cat\"])", """{"k":"X","n":2,"s":5},{"k":"Y","n":1,"s":1}""")]
    [InlineData("SELECT VALUE COUNT(1) FROM c GROUP BY c.cat", "1,2,1")]
    [InlineData("SELECT c.cat, COUNT(1) AS n FROM c GROUP BY c.cat ORDER BY c.cat DESC", """{"cat":"y","n":1},{"cat":"x","n":2},{"n":1}""")]
    [InlineData("SELECT VALUE COUNT(1) FROM c ORDER BY c.n", "4")]
    [InlineData("SELECT VALUE (SELECT VALUE COUNT(1) + 1 FROM t IN c.tags) FROM c WHERE c.id = '1'", "3")]
    [InlineData("SELECT VALUE COUNT(1) FROM c WHERE false GROUP BY c.cat", "")]
    [InlineData("SELECT DISTINCT VALUE c.cat FROM c", "\"x\",\"y\"")]
    [InlineData("SELECT DISTINCT c.cat FROM c", """{},{"cat":"x"},{"cat":"y"}""")]
    [InlineData("SELECT DISTINCT VALUE c.cat FROM c ORDER BY c.cat DESC", "\"y\",\"x\"")]
    [InlineData("SELECT DISTINCT VALUE t FROM c JOIN t IN c.tags", "\"a\",\"b\",\"c\"")]
    [InlineData("SELECT VALUE COUNT(1) FROM c JOIN t IN c.tags", "4")]
    public void Rows_OfAStatement_AreThoseOfTheService(string query, string expected) => Assert.Equal(expected, Items.Page(query));

    [Fact]
    public void Parameters_WhereAConstantMayStand_AreTaken()
    {
        Assert.Equal("\"1\",\"3\"", Items.Page("SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(@ids, c.id) ORDER BY c.id", new { ids = new[] { "1", "3", "9" } }));
        Assert.Equal("\"2\"", Items.Page("SELECT VALUE c.id FROM c WHERE c.n = @n ORDER BY c.n OFFSET @skip LIMIT @take", new { n = 1, skip = 0, take = 5 }));
        Assert.Equal("""{"o":{"a":[1]}}""", Items.Page("SELECT TOP @one @o AS o FROM c", new { one = 1, o = new { a = new[] { 1 } } }));
        Assert.Throws<QueryException>(() => Items.Page("SELECT VALUE @none FROM c"));
    }

    [Theory]
    [InlineData("SELECT", "SC1002")]
    [InlineData("SELECT * FROM c WHERE", "SC1002")]
    [InlineData("SELECT * FROM c WHERE c.a = = 1", "SC1001")]
    [InlineData("SELECT * FROM c WHERE c.value = 1", "SC1001")]
    [InlineData("SELECT c.order FROM c", "SC1001")]
    [InlineData("SELECT VALUE TRUE FROM c", "SC2001")]
    [InlineData("SELECT * FROM c; DROP", "SC1010")]
    [InlineData("SELECT * FROM c WHERE !c.a", "SC1010")]
    [InlineData("SELECT VALUE 1e400 FROM c", "SC1011")]
    [InlineData("SELECT c.1a FROM c", "SC1011")]
    [InlineData("SELECT * FROM c WHERE c.a = 'open", "SC1012")]
    [InlineData("SELECT * FROM c OFFSET 1", "SC1002")]
    [InlineData("SELECT * FROM c LIMIT 2", "SC1001")]
    [InlineData("SELECT * FROM c WHERE c.a IN ()", "SC1001")]
    [InlineData("SELECT * FROM c WHERE c.a BETWEEN 1 AND 5 AND c.b = 1", "SC1001")]
    [InlineData("SELECT * FROM c WHERE c.b = 1 AND c.a BETWEEN 1 AND 5", "SC1001")]
    [InlineData("SELECT * FROM c WHERE c.a LIKE 'x' ESCAPE 'yy'", "SC2207")]
    [InlineData("SELECT *", "SC1021")]
    [InlineData("SELECT VALUE x.a FROM c", "SC2001")]
    [InlineData("SELECT VALUE c FROM c AS d", "SC2001")]
    [InlineData("SELECT * FROM c WHERE EXISTS(SELECT * FROM d)", "SC2001")]
    [InlineData("SELECT c.a FROM c JOIN c IN c.tags", "SC2021")]
    [InlineData("SELECT c.a, c.b AS a FROM c", "SC2022")]
    [InlineData("SELECT VALUE {a: 1, a: 2} FROM c", "SC2022")]
    [InlineData("SELECT * FROM c JOIN t IN c.tags", "SC2042")]
    [InlineData("SELECT VALUE ABS() FROM c", "SC2050")]
    [InlineData("SELECT VALUE COUNT(1, 2) FROM c", "SC2050")]
    [InlineData("SELECT c.a[c.b] FROM c", "SC2990")]
    [InlineData("SELECT c[@p] FROM c", "SC2990")]
    [InlineData("SELECT * FROM c ORDER BY c.a + 1", "2206")]
    [InlineData("SELECT c.k FROM c GROUP BY c.k ORDER BY COUNT(1)", "2206")]
    [InlineData("SELECT TOP 1 c.b FROM c OFFSET 1 LIMIT 2", "SC2205")]
    [InlineData("SELECT VALUE ARRAY(SELECT VALUE t FROM t IN c.tags ORDER BY t) FROM c", "SC2202")]
    [InlineData("SELECT VALUE ARRAY(SELECT TOP 1 VALUE t FROM t IN c.tags) FROM c", "SC2203")]
    [InlineData("SELECT VALUE ARRAY(SELECT VALUE t FROM t IN c.tags OFFSET 0 LIMIT 1) FROM c", "SC2204")]
    [InlineData("SELECT VALUE (SELECT VALUE t FROM t IN c.tags) FROM c", "SC2201")]
    [InlineData("SELECT COUNT(COUNT(1)) FROM c", "SC2101")]
    [InlineData("SELECT c.a, COUNT(1) FROM c", "SC2102")]
    [InlineData("SELECT c.a FROM c GROUP BY c.b", "SC2102")]
    [InlineData("SELECT c.k FROM c GROUP BY c.k ORDER BY c.n", "SC2103")]
    [InlineData("SELECT VALUE c.a FROM c WHERE COUNT(1) > 1", "SC2104")]
    [InlineData("SELECT VALUE COUNT(1) + 1 FROM c", "SC2106")]
    [InlineData("SELECT COUNT(1) FROM c GROUP BY 1", "SC2110")]
    [InlineData("SELECT c.a FROM c GROUP BY COUNT(1)", "SC2111")]
    public void Parse_OfWhatTheServiceRefuses_NamesTheCode(string query, string code) =>
        Assert.Equal(code, Assert.Throws<QueryException>(() => CosmosQuery.Parse(query)).Code);

    [Fact]
    public void Parse_OfASyntaxError_TellsWhere() =>
        Assert.Contains("'=' at position 28", Assert.Throws<QueryException>(() => CosmosQuery.Parse("SELECT * FROM c WHERE c.a = = 1")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("(")]
    [InlineData("NOT (")]
    [InlineData("-1 + (")]
    [InlineData("[")]
    [InlineData("ABS(")]
    [InlineData("1 + ")]
    [InlineData("c.a ?? ")]
    [InlineData("(SELECT VALUE ")]
    public void Parse_OfEndlessNesting_IsRefused(string piece) =>
        Assert.Throws<QueryException>(() => CosmosQuery.Parse("SELECT VALUE " + string.Concat(Enumerable.Repeat(piece, 20_000)) + "1 FROM c"));

    [Fact]
    public void Parse_OfWhatIsNotSupported_NamesIt() =>
        Assert.Contains("user-defined", Assert.Throws<UnsupportedQueryException>(() => CosmosQuery.Parse("SELECT VALUE udf.f(c) FROM c")).Message, StringComparison.Ordinal);

    [Fact]
    public void Plan_OfAnyQuery_PassesItThrough()
    {
        using var plan = JsonDocument.Parse(CosmosQuery.Parse("SELECT VALUE COUNT(1) FROM c").Plan());
        Assert.Equal("FF", plan.RootElement.GetProperty("queryRanges")[0].GetProperty("max").GetString());
        Assert.Equal("", plan.RootElement.GetProperty("queryInfo").GetProperty("rewrittenQuery").GetString());
    }

    [Theory]
    [InlineData("FROM c WHERE c.n = 3", true)]
    [InlineData("from c where c.n > 3", false)]
    [InlineData("FROM c WHERE c.missing = null", false)]
    [InlineData("FROM c", true)]
    public void Holds_OfAPatchCondition_IsItsTruth(string condition, bool holds)
    {
        using var item = JsonDocument.Parse(Encoding.UTF8.GetString(Items.Items[0].Json.Span));
        Assert.Equal(holds, CosmosQuery.Holds(condition, item.RootElement));
    }

    [Theory]
    [InlineData("SELECT * FROM c")]
    [InlineData("FROM c WHERE")]
    [InlineData("WHERE c.n = 1")]
    public void Holds_OfWhatIsNoCondition_IsRefused(string condition) =>
        Assert.Throws<QueryException>(() => CosmosQuery.Holds(condition, default));
}
