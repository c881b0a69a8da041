using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Local.Cosmos.Query;
using Crm.Local.Tests.Cosmos.Query;

namespace Crm.Local.Tests.Conformance;

/// <summary>
/// The service's planner judges which queries are valid and what they ask. On Linux it writes a line to the error output for each query it
/// refuses; that is its own and means nothing.
/// </summary>
public sealed class QueryPlanTests
{
    private static readonly string[] Valid =
    [
        "SELECT * FROM c",
        """SELECT c.a AS x, c["b"].d[0] y, 1 + 2 FROM c WHERE NOT c.x AND c.y = 'a' OR c.z IN (1, 2) ORDER BY c.a DESC, c.b""",
        "SELECT TOP 5 VALUE c.a FROM root c WHERE c.x BETWEEN 1 AND 2",
        """SELECT DISTINCT VALUE {"a": c.a, b: [1, c.x]} FROM c OFFSET 1 LIMIT 2""",
        "SELECT COUNT(1) AS n, AVG(c.x), MIN(c.y) m FROM c GROUP BY c.g, UPPER(c.h)",
        "SELECT c.g, COUNT(1) FROM c GROUP BY c.g",
        "SELECT VALUE SUM(t.p) FROM c JOIN t IN c.tags WHERE t.q > 3",
        "SELECT c.id, (SELECT VALUE COUNT(1) FROM t IN c.tags WHERE t = 'a') AS n, ARRAY(SELECT VALUE t.x FROM t IN c.tags) FROM c",
        "SELECT VALUE c FROM c JOIN (SELECT VALUE t FROM t IN c.tags WHERE t.x = 1) AS s WHERE EXISTS(SELECT VALUE 1 FROM c.tags)",
        "SELECT VALUE r FROM (SELECT DISTINCT VALUE c.a FROM c) AS r WHERE r.x LIKE 'a%' ESCAPE '!'",
        "SELECT VALUE COUNT(1) FROM (SELECT c.g, COUNT(1) AS n FROM c GROUP BY c.g) AS r WHERE r.n > 1",
        "SELECT (c.a ? 1 : 2), c.b ?? null, -c.x, ~c.y, c.s || 'a', c.a & 1 | 2 ^ 3 << 1 >>> 2 FROM c",
        "SELECT * FROM c.tags t",
        "SELECT VALUE t FROM t IN c.tags",
        "SELECT CONCAT(c.a, 'x'), DateTimeAdd('dd', 1, c.d), ARRAY_CONTAINS(c.t, {a: 1}, true), IS_DEFINED(c.x), ROUND(c.x, 2) FROM c",
        "SELECT VALUE COUNT(1) FROM c WHERE c.a != null AND c.b <> 1 AND (c.c >= 1e3 OR c.d <= .5) AND c.e < 0x1F",
        "SELECT * FROM c WHERE c.x NOT IN (1) AND c.y NOT LIKE 'a_' AND (c.z NOT BETWEEN 1 AND 2)",
        "SELECT c FROM c ORDER BY c._ts ASC",
        "SELECT DISTINCT c.a FROM c ORDER BY c.a",
        "SELECT COUNTIF(c.a > 1) AS n, SUM(c.b) AS s FROM c",
        "SELECT VALUE c.a FROM c GROUP BY c.a",
        "SELECT VALUE 1 + 1",
    ];

    private static readonly string[] Refused =
    [
        "SELEC * FROM c",
        "SELECT * FROM c WHERE",
        "SELECT * FROM c JOIN t IN c.tags",
        "SELECT *",
        "SELECT NOSUCH(c.a) FROM c",
        "SELECT ABS() FROM c",
        "SELECT VALUE d FROM c",
        "SELECT c.a, COUNT(1) FROM c",
        "SELECT c.h FROM c GROUP BY c.g",
        "SELECT VALUE c.n FROM c ORDER BY c.n + 1",
        "SELECT VALUE c.n FROM c WHERE COUNT(1) > 1",
        "SELECT COUNT(1) FROM c GROUP BY 1",
        "SELECT VALUE COUNT(SUM(c.a)) FROM c",
        "SELECT c.a, c.b AS a FROM c",
        "SELECT VALUE c FROM c JOIN c IN c.tags",
        "SELECT TOP 1 * FROM c OFFSET 1 LIMIT 1",
        "SELECT VALUE r FROM (SELECT TOP 5 VALUE c FROM c) AS r",
        "SELECT VALUE EXISTS(SELECT VALUE t FROM t IN c.tags ORDER BY t) FROM c",
        "SELECT VALUE (SELECT VALUE t FROM t IN c.tags) FROM c",
        "SELECT VALUE c[c.a] FROM c",
        "SELECT VALUE {a: 1, a: 2} FROM c",
        "SELECT * FROM c WHERE c.s LIKE 'a' ESCAPE 'bc'",
        "SELECT * FROM c WHERE c.a = 'x",
        "SELECT * FROM c WHERE c.x AND c.z NOT BETWEEN 1 AND 2",
        "SELECT * FROM c WHERE c.a = 1a",
    ];

    private static readonly string ElevenJoins = $"SELECT VALUE 1 FROM c{string.Concat(Enumerable.Range(0, 11).Select(n => $" JOIN t{n} IN c.tags"))}";
    private static readonly string TooLong = $"SELECT VALUE c.a = '{new string('x', 256 * 1024)}' FROM c";

    public static TheoryData<string> ValidQueries => [.. Valid];

    public static TheoryData<string> RefusedQueries => [.. Refused, ElevenJoins, TooLong];

    [SkippableTheory]
    [MemberData(nameof(ValidQueries))]
    public void Query_ThatIsValid_AsksWhatThePlanSays(string query)
    {
        var (plan, code) = Planner().Ask(query);
        Assert.Null(code);
        var info = plan!["queryInfo"]!;
        var (block, _) = Parser.ParseQuery(query);
        Assert.Equal(block.OrderBy.Select(ordering => ordering.Descending ? "Descending" : "Ascending"), Texts(info["orderBy"]));
        Assert.Equal(block.IsDistinct, (string?)info["distinctType"] != "None");
        Assert.Equal(block.GroupBy.Count, Texts(info["groupByExpressions"]).Count());
        if (block.GroupBy.Count == 0) Assert.Equal(block.Aggregates.Count > 0, HasAggregates(info));
        var whole = block.Skip is null ? "top" : "limit";
        Assert.Equal(block.Take is null ? null : QueryBlock.Count(block.Take, new Frame(new QueryNames(), [], default), 0), (long?)info[whole]);
    }

    [SkippableTheory]
    [MemberData(nameof(RefusedQueries))]
    public void Query_ThatIsRefused_HasTheCodeOfTheService(string query) =>
        Assert.Equal(Planner().Ask(query).Code, Assert.Throws<QueryException>(() => CosmosQuery.Parse(query)).Code);

    /// <summary>A client that plans for itself asks what its planner rewrote: the rows are those of the query as it was.</summary>
    [SkippableFact]
    public void RewrittenQuery_HasTheRowsOfTheQuery()
    {
        var planner = Planner();
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new RandomQueries(seed);
            var items = random.Items(hierarchical: false);
            var query = random.Query(out _);
            if (Rewritten(planner, query) is not { } rewritten) continue;
            var expected = JsonDocument.Parse($"[{items.Page(query)}]").RootElement.EnumerateArray().Select(row => row.GetRawText());
            // A row without a payload is none: the client leaves it out.
            var payloads = JsonDocument.Parse($"[{items.Page(rewritten)}]").RootElement.EnumerateArray()
                .Where(row => row.TryGetProperty("payload", out _)).Select(row => row.GetProperty("payload").GetRawText());
            Assert.True(expected.SequenceEqual(payloads), $"seed {seed}: {query}\n{rewritten}");
        }
    }

    /// <summary>Words of valid queries left out, repeated and changed: what is accepted here, the service accepts, and the other way round.</summary>
    [SkippableFact]
    public void Query_WithWordsOutOfPlace_IsRefusedWhereTheServiceRefusesIt()
    {
        const int Asked = 6000, RefusalsAsked = 150;
        var planner = Planner();
        var random = new Random(1);
        string[] queries = [.. Valid, .. Enumerable.Range(0, 200).Select(seed => new RandomQueries(seed).Query(out _))];
        string[] words = [.. queries.SelectMany(Words).Distinct()];
        var refusals = 0;
        for (var asked = 0; asked < Asked; asked++)
        {
            var query = Changed([.. Words(queries[random.Next(queries.Length)])], words, random);
            if (Accepts(query) is not { } accepted || (!accepted && refusals++ > RefusalsAsked)) continue;
            var (_, code) = planner.Ask(query);
            // The pattern of LIKE may be a comparison there, whatever it means.
            Assert.True(accepted == (code is null) || (!accepted && query.Contains("LIKE", StringComparison.Ordinal)), $"{query}: {(accepted ? code : "valid")}");
        }
    }

    private static NativePlanner Planner()
    {
        Skip.If(NativePlanner.Instance is null, NativePlanner.Absence);
        return NativePlanner.Instance;
    }

    private static string? Rewritten(NativePlanner planner, string query)
    {
        var info = planner.Ask(query).Plan?["queryInfo"];
        // What the client still has to merge, skip or cut is not in the rows.
        return info is null || HasAggregates(info) || Texts(info["groupByExpressions"]).Any() || info["offset"] is not null || !Texts(info["orderBy"]).Any()
            ? null
            : ((string)info["rewrittenQuery"]!).Replace("{documentdb-formattableorderbyquery-filter}", "true", StringComparison.Ordinal);
    }

    private static bool HasAggregates(JsonNode info) => Texts(info["aggregates"]).Any() || info["groupByAliasToAggregateType"]!.AsObject().Count > 0;

    private static IEnumerable<string> Texts(JsonNode? list) => list!.AsArray().Select(value => (string)value!);

    /// <summary>Null for what the store says it lacks.</summary>
    private static bool? Accepts(string query)
    {
        try
        {
            CosmosQuery.Parse(query);
            return true;
        }
        catch (QueryException)
        {
            return false;
        }
        catch (UnsupportedQueryException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Words(string query) =>
        Lexer.Read(query).Where(token => token.Kind != TokenKind.End).Select(token => query[token.Start..token.End]);

    private static string Changed(List<string> query, string[] words, Random random)
    {
        for (var changes = random.Next(1, 3); changes > 0 && query.Count > 0; changes--)
        {
            var (at, word) = (random.Next(query.Count), words[random.Next(words.Length)]);
            switch (random.Next(3))
            {
                case 0: query.RemoveAt(at); break;
                case 1: query.Insert(at, word); break;
                default: query[at] = word; break;
            }
        }

        return string.Join(' ', query);
    }
}
