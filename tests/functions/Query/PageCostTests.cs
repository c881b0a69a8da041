using System.Globalization;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Query;

/// <summary>What a page costs depends on the page and on what a filter leaves, not on how many records there are. In an app of its own, whose lists nobody else adds to.</summary>
public sealed class PageCostTests(CrmApp app) : IClassFixture<CrmApp>
{
    private const int PageSize = 20;

    /// <summary>Two pages of them, at either size.</summary>
    private const int Buyers = 2 * PageSize;

    private static readonly string[] Lists = ["", "&orderby=fullName", "&orderby=createdAt desc", "&select=lastName&orderby=fullName", "&filter=jobTitle eq 'Buyer'", "&filter=jobTitle eq 'Buyer'&orderby=fullName"];

    [Fact]
    public async Task RequestCost_OfAPage_DoesNotGrowWithTheRecords()
    {
        await SeedAsync(from: 0, to: 100);
        var few = await CostsAsync();

        await SeedAsync(from: 100, to: 1_000);
        var many = await CostsAsync();

        // Names differ by a few bytes; were the cost proportional to the records, the factor would be 10.
        Assert.All(few.Zip(many), pair => Assert.True(pair.Second.Cost <= pair.First.Cost * 1.05, $"{pair.First.Page}: {pair.First.Cost} RU of 100 records, {pair.Second.Cost} RU of 1,000"));
    }

    private async Task<List<(string Page, double Cost)>> CostsAsync()
    {
        var costs = new List<(string, double)>();
        foreach (var list in Lists)
        {
            var first = await PageAsync($"/api/v1/contacts?maxpagesize={PageSize}{list}");
            var second = await PageAsync((string)first.Json["nextLink"]!);
            costs.AddRange([($"first page of {list}", Cost(first)), ($"second page of {list}", Cost(second))]);
        }

        return costs;
    }

    /// <summary>The cheaper of two answers: every few seconds, a request also looks whether rights have changed.</summary>
    private async Task<Answer> PageAsync(string link)
    {
        Answer[] pages = [(await app.SendAsync("GET", link)).Expect(200), (await app.SendAsync("GET", link)).Expect(200)];
        Assert.All(pages, page => Assert.Equal(PageSize, page.Json["value"]!.AsArray().Count));
        return pages.MinBy(Cost)!;
    }

    private Task SeedAsync(int from, int to) => Parallel.ForAsync(from, to, async (number, _) =>
        (await app.PostAsync("contacts", new JsonObject { ["lastName"] = $"Name {number * 7919 % 10_000:0000}", ["jobTitle"] = number < Buyers ? "Buyer" : "Planner" })).Expect(201));

    private static double Cost(Answer page) => double.Parse(page.Headers["X-Request-Cost"], CultureInfo.InvariantCulture);
}
