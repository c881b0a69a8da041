using System.Globalization;
using Crm.Local.Cosmos.Query;

namespace Crm.Local.Tests.Cosmos.Query;

/// <summary>How rows are come by, and how pages go on.</summary>
public sealed class AccessTests
{
    private const string Mine = "c.tenantId = 't' AND c.entity = 'contacts'";

    [Fact]
    public void Run_WithIdAndWholeKey_LooksUpOneItem()
    {
        var items = Contacts(20);
        Assert.Equal("7", items.Page($"SELECT VALUE c.n FROM c WHERE {Mine} AND c.recordId = 'r7' AND c.id = 'r7'"));
        Assert.Equal(["find"], items.Asked);
    }

    [Fact]
    public void Run_OfReadMany_LooksUpEach()
    {
        var items = Contacts(300);
        var parameters = Enumerable.Range(0, 200).SelectMany(i => new[] { ($"i{i}", $"r{i}"), ($"a{i}", "t"), ($"b{i}", "contacts"), ($"c{i}", $"r{i}") })
            .ToDictionary(parameter => parameter.Item1, parameter => parameter.Item2);
        var alternatives = Enumerable.Range(0, 200)
            .Select(i => $"( c.id = @i{i} AND c[\"tenantId\"] = @a{i} AND c[\"entity\"] = @b{i} AND c[\"recordId\"] = @c{i} )");
        var rows = items.Page($"SELECT VALUE c.n FROM c WHERE ( {string.Join(" OR ", alternatives)} )", parameters);
        Assert.Equal(200, rows.Split(',').Distinct().Count());
        Assert.All(items.Asked, asked => Assert.Equal("find", asked));
    }

    [Fact]
    public void Run_OrderedByAnIndexedPath_WalksItsIndexAndStops()
    {
        var items = Contacts(100);
        var page = CosmosQuery.Parse($"SELECT VALUE c.data FROM c WHERE {Mine} AND IS_DEFINED(c.data.name) ORDER BY c.data.name DESC")
            .Run(Ask.Parameters(), new QueryRequest(EpkRange.All, 10, null), items, few: 50);
        Assert.Equal(["index /data/name descending"], items.Asked);
        Assert.Equal((10, 11), (page.Count, page.ItemsRead));
    }

    [Fact]
    public void Run_OrderedByAPathThatMayBeUndefined_DoesNotTrustItsIndex()
    {
        var items = Contacts(100);
        items.Page($"SELECT VALUE c.n FROM c WHERE {Mine} ORDER BY c.data.name");
        Assert.Equal(["partition"], items.Asked);
    }

    [Fact]
    public void Run_WithASelectiveFilter_ReadsItsRangeAndSorts()
    {
        var items = Contacts(100);
        Assert.Equal("95,5", items.Page($"SELECT VALUE c.n FROM c WHERE {Mine} AND ARRAY_CONTAINS(c.data.tags, 'tag5') AND c.data.name >= '' ORDER BY c.data.name DESC")
            .Replace("85,75,65,55,45,35,25,15,", "", StringComparison.Ordinal));
        Assert.Equal(["index /data/tags/[]"], items.Asked);
    }

    [Theory]
    [InlineData("EXISTS(SELECT VALUE t FROM t IN c.data.tags WHERE t = 'tag5')")]
    [InlineData("c.data.name = 'name 0005'")]
    [InlineData("c.data.name IN ('name 0005', 'name 0006')")]
    [InlineData("STARTSWITH(c.data.name, 'name 000')")]
    [InlineData("(c.data.name BETWEEN 'name 0005' AND 'name 0006')")]
    [InlineData("c.data.name > 'name 0095' AND c.n > 3")]
    [InlineData("(c.data.name = 'name 0005' OR c.data.name = 'name 0007')")]
    public void Run_WithAPredicateOnAnIndexedPath_ReadsThatIndex(string predicate)
    {
        var items = Contacts(100);
        Assert.NotEqual("", items.Page($"SELECT VALUE c.n FROM c WHERE {Mine} AND {predicate}"));
        Assert.All(items.Asked, asked => Assert.StartsWith("index", asked, StringComparison.Ordinal));
    }

    [Fact]
    public void Run_WithThePrefixInTheRequestAlone_UsesTheIndexToo()
    {
        var items = Contacts(100);
        items.Pages("SELECT VALUE c.n FROM c WHERE c.data.name = 'name 0005'", 10, range: EpkRange.Of(items.Items[0].Epk[..64]));
        Assert.Equal(["index /data/name"], items.Asked);
    }

    [Fact]
    public void Run_OfSeveralTenants_UsesNoIndex()
    {
        var items = Contacts(10);
        items.Page("SELECT VALUE c.n FROM c WHERE c.data.name = 'name 0005'");
        Assert.Equal(["partition"], items.Asked);
    }

    [Theory]
    [InlineData("SELECT VALUE c.n FROM c")]
    [InlineData("SELECT VALUE c.n FROM c ORDER BY c.n DESC")]
    [InlineData("SELECT VALUE c.n FROM c WHERE c.tenantId = 't' AND c.entity = 'contacts' AND c.data.name > '' ORDER BY c.data.name")]
    [InlineData("SELECT VALUE c.n FROM c WHERE c.tenantId = 't' AND c.entity = 'contacts' AND ARRAY_CONTAINS(c.data.tags, 'all')")]
    [InlineData("SELECT VALUE c.n FROM c WHERE c.tenantId = 't' AND c.entity = 'contacts' AND ARRAY_CONTAINS(c.data.tags, 'all') AND c.data.name > '' ORDER BY c.data.name")]
    public void Pages_WhileItemsComeAndGo_NeitherSkipNorRepeatTheOthers(string query)
    {
        var items = Contacts(60);
        var added = 1000;
        var removed = 0;
        var rows = items.Pages(query, 7, few: 5, between: () =>
        {
            Add(items, ++added);
            items.Remove(removed += 5);
        }).SelectMany(page => page.Split(',')).Select(row => int.Parse(row, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(rows.Count, rows.Distinct().Count());
        // The items 4, 9, 14 … have the rids 5, 10, 15 …
        Assert.Empty(Enumerable.Range(0, 60).Where(n => n % 5 != 4).Except(rows));
    }

    [Fact]
    public void Pages_OfAnIndexWalkThatWouldNowBeRead_GoOnInItsOrder()
    {
        var items = Contacts(40);
        const string Query = "SELECT VALUE c.n FROM c WHERE c.tenantId = 't' AND c.entity = 'contacts' AND c.data.name >= ''";
        var rows = items.Pages(Query, 10, few: 35, between: () =>
        {
            if (items.Items.Count == 40) Enumerable.Range(31, 10).ToList().ForEach(rid => items.Remove(rid));
        });
        Assert.Equal(Enumerable.Range(0, 30).Select(n => $"{n}"), rows.SelectMany(page => page.Split(',')));
    }

    [Fact]
    public void Pages_OfAJoin_MayEndInsideAnItem()
    {
        var items = new InMemoryItems(["/id"]);
        for (var i = 0; i < 5; i++) items.Add($"{{\"id\":\"{i}\",\"n\":1,\"tags\":[0,1,2,3]}}");
        foreach (var order in new[] { "", " ORDER BY c.n", " ORDER BY c.n DESC" })
        {
            var pages = items.Pages($"SELECT VALUE CONCAT(c.id, ToString(t)) FROM c JOIN t IN c.tags{order}", 3);
            Assert.Equal(7, pages.Count);
            Assert.Equal(20, pages.SelectMany(page => page.Split(',')).Distinct().Count());
        }
    }

    [Theory]
    [InlineData("SELECT DISTINCT VALUE c.n % 10 FROM c")]
    [InlineData("SELECT VALUE c.n % 10 FROM c GROUP BY c.n % 10")]
    [InlineData("SELECT DISTINCT VALUE c.n % 10 FROM c ORDER BY c.n")]
    public void Pages_OfACompleteResult_GoOnByValue(string query) =>
        Assert.Equal(Enumerable.Range(0, 10).Select(n => $"{n}"), Contacts(50).Pages(query, 3).SelectMany(page => page.Split(',')));

    [Fact]
    public void Pages_WithALimit_EndThere()
    {
        Assert.Equal(["2,3", "4,5", "6"], Contacts(50).Pages("SELECT VALUE c.n FROM c ORDER BY c.n OFFSET 2 LIMIT 5", 2));
        Assert.Equal([3, 2], Contacts(50).Pages("SELECT TOP 5 VALUE c.n FROM c", 3).Select(page => page.Split(',').Length));
    }

    [Theory]
    [InlineData("garbage!")]
    [InlineData("W10")]
    [InlineData("")]
    public void Run_WithAMadeUpToken_IsRefused(string token) => Refused("SELECT * FROM c", token, null);

    [Fact]
    public void Run_WithATokenOfAnotherQuery_IsRefused()
    {
        var token = CosmosQuery.Parse("SELECT * FROM c WHERE c.n >= @n")
            .Run(Ask.Parameters(new { n = 1 }), new QueryRequest(EpkRange.All, 2, null), Contacts(10)).Continuation!;
        Assert.All(token, sign => Assert.True(char.IsAscii(sign)));
        Refused("SELECT * FROM c WHERE c.n >= @n", token, new { n = 2 });
        Refused("SELECT * FROM c", token, null);
    }

    private static void Refused(string query, string token, object? parameters) =>
        Assert.Throws<QueryException>(() =>
            CosmosQuery.Parse(query).Run(Ask.Parameters(parameters), new QueryRequest(EpkRange.All, 2, token), Contacts(10)));

    private static InMemoryItems Contacts(int count)
    {
        var items = new InMemoryItems(["/tenantId", "/entity", "/recordId"], "/data/name", "/data/tags/[]");
        for (var i = 0; i < count; i++) Add(items, i);
        return items;
    }

    private static void Add(InMemoryItems items, int n) => items.Add(
        $$"""{"id":"r{{n}}","tenantId":"t","entity":"contacts","recordId":"r{{n}}","n":{{n}},"data":{"name":"name {{n:0000}}","tags":["tag{{n % 10}}","all"] } }""",
        n + 1);
}
