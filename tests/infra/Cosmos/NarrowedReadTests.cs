using Crm.Local.Cosmos.Query;
using Crm.Local.Cosmos.Storage;
using Crm.Local.Tests.Cosmos.Query;
using SdkContainer = Microsoft.Azure.Cosmos.Container;

namespace Crm.Local.Tests.Cosmos;

/// <summary>What a page reads follows from the page and from how rare its rows are, not from how many items there are.</summary>
public sealed class NarrowedReadTests(SeededStore store) : IClassFixture<SeededStore>
{
    private const int Page = 50;
    private const string Mine = "SELECT VALUE c.n FROM c WHERE c.t = 't' AND c.kind = 'record'";

    [Theory]
    [InlineData("AND c.title = 'title 3' AND c.source = 'source 1'", 2_000)]
    [InlineData("AND c.title IN ('title 3') AND ARRAY_CONTAINS(c.tags, 'source 1')", 2_000)]
    [InlineData("AND c.title = 'title 3' AND c.source = 'source 1' AND IS_DEFINED(c.name) ORDER BY c.name", 7_000)]
    [InlineData("AND c.title = 'title 3' AND c.source = 'source 1' AND IS_DEFINED(c.name) ORDER BY c.name DESC", 7_000)]
    [InlineData("AND c.title = 'title 3' AND ARRAY_CONTAINS(c.tags, 'source 1') AND c.name > '' ORDER BY c.name", 7_000)]
    public void Page_OfOneRecordInForty_ReadsAsManyItemsOfTwoThousandAsOfTwenty(string condition, int mostEntries)
    {
        var small = Read(store.Small, $"{Mine} {condition}");
        var large = Read(store.Large, $"{Mine} {condition}");
        Assert.Equal((Page, Page), (small.Count, large.Count));
        // One more than fills the page, to know that there is a next.
        Assert.Equal((Page + 1, Page + 1), (small.ItemsRead, large.ItemsRead));
        Assert.InRange(small.IndexEntriesRead, Page, mostEntries);
        Assert.InRange(large.IndexEntriesRead, Page, mostEntries);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ORDER BY c.name")]
    public void Pages_OfWhatIsRare_AreThoseOfTheInterpreterAlone(string order)
    {
        // The last hundred names have it: a walk by name does not get there before it is given up.
        using var session = store.Open(store.Large);
        var query = $"{Mine} AND c.rare = true AND IS_DEFINED(c.name){order}";
        var pages = new ItemReader(session).Pages(query, Page, few: 20);
        var judged = new ItemReader(session).Pages(query, Page, narrow: false);
        if (order.Length == 0) (pages, judged) = ([.. Rows(pages).Order(StringComparer.Ordinal)], [.. Rows(judged).Order(StringComparer.Ordinal)]);
        Assert.Equal(judged, pages);
        Assert.Equal(SeededStore.Rare, Rows(pages).Count());
    }

    private static IEnumerable<string> Rows(List<string> pages) => pages.SelectMany(page => page.Split(','));

    private QueryPage Read(SdkContainer container, string query)
    {
        using var session = store.Open(container);
        var page = CosmosQuery.Parse(query).Run(Ask.Parameters(), new QueryRequest(EpkRange.All, Page, null), new ItemReader(session));
        Assert.NotNull(page.Continuation);
        return page;
    }
}
