using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Query;
using Crm.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.Query;

/// <summary>What filters mean, asked of the running API: every record is on exactly one side of a filter and its negation.</summary>
public class FilterSemanticsTests(CrmApp app) : IClassFixture<CrmApp>
{
    private static readonly string Marker = CrmApp.Unique("semantics");

    private static readonly string[] Names = ["Alpha", "alpha", "Beta", "Øre", "東京", "it's"];

    [Theory]
    [InlineData("weight eq 2.5")]
    [InlineData("weight ne 2.5")]
    [InlineData("weight gt 1 and weight lt 4")]
    [InlineData("weight eq null")]
    [InlineData("weight ne null")]
    [InlineData("weight in (1, 2.5, 100)")]
    [InlineData("fragile eq true")]
    [InlineData("fragile ne true or weight ge 3")]
    [InlineData("madeOn ge 2026-02-01")]
    [InlineData("madeOn eq null or weight eq null")]
    [InlineData("checkedAt lt 2026-02-01T10:30:00+01:00")]
    [InlineData("state eq 'new'")]
    [InlineData("state in ('tested', 'scrapped')")]
    [InlineData("startswith(colour, 'Al')")]
    [InlineData("contains(colour, '京')")]
    [InlineData("endswith(colour, '''s')")]
    [InlineData("colour eq 'it''s'")]
    [InlineData("colour lt 'Beta'")]
    [InlineData("tags/any(t:t eq 'red')")]
    [InlineData("tags/any(t:t eq 'red' or t eq 'blue')")]
    [InlineData("externalIds/any(x:x/source eq 'erp')")]
    [InlineData("externalIds/any(x:x/source eq 'erp' and startswith(x/id, 'A'))")]
    [InlineData("not (weight gt 2 or fragile eq false) and state eq 'new'")]
    public async Task Filter_AndItsNegation_ShareTheRecordsOut(string filter)
    {
        var all = await SeededAsync();

        var yes = await IdsAsync(filter);
        var no = await IdsAsync($"not ({filter})");

        Assert.NotEmpty(yes);
        Assert.NotEmpty(no);
        Assert.Empty(yes.Intersect(no));
        Assert.Equal(all.Order(), yes.Concat(no).Order());
        Assert.Equal(yes.Order(), await AtHandAsync(filter));
        Assert.Equal(no.Order(), await AtHandAsync($"not ({filter})"));
    }

    [Theory]
    [InlineData("name")]
    [InlineData("name desc")]
    [InlineData("weight")]
    [InlineData("weight desc")]
    [InlineData("madeOn")]
    [InlineData("createdAt desc")]
    public async Task Orderby_PagedByThree_GivesEachRecordOnce(string order)
    {
        var all = await SeededAsync();

        var paged = await IdsAsync("fragile eq true or fragile eq false", $"&orderby={order}&maxpagesize=3");

        Assert.Equal(all.Count, paged.Count);
        Assert.Equal(all.Order(), paged.Order());
        Assert.Equal(await IdsAsync("fragile eq true or fragile eq false", $"&orderby={order}&maxpagesize=200"), paged);
    }

    /// <summary>What the filter says of the same records where they are at hand.</summary>
    private async Task<IEnumerable<string>> AtHandAsync(string filter)
    {
        var (filters, type) = (app.Services.GetRequiredService<RecordFilters>(), app.Catalog.Of<Widget>());
        return (await RecordsAsync("name ne null")).Where(record => filters.Meets(type, filter, JsonSerializer.SerializeToElement(record)) ?? throw new ArgumentException(filter)).Select(Requests.Id).Order();
    }

    private async Task<IReadOnlyList<string>> IdsAsync(string filter, string more = "") => [.. (await RecordsAsync(filter, more)).Select(Requests.Id)];

    private async Task<IReadOnlyList<JsonNode>> RecordsAsync(string filter, string more = "")
    {
        var records = new List<JsonNode>();
        var next = $"/api/v1/widgets?filter={Uri.EscapeDataString($"tags/any(m:m eq '{Marker}') and ({filter})")}{more}";
        while (next is not null)
        {
            var page = await app.SendAsync("GET", next);
            Assert.True(page.Status == System.Net.HttpStatusCode.OK, page.Text);
            records.AddRange(page.Json["value"]!.AsArray().Select(row => row!));
            next = (string?)page.Json["nextLink"];
        }

        return records;
    }

    /// <summary>Once for the class: widgets in which each field is sometimes absent.</summary>
    private async Task<IReadOnlyList<string>> SeededAsync()
    {
        var present = await IdsAsync("name ne null");
        if (present.Count > 0)
            return present;

        for (var i = 0; i < 36; i++)
        {
            JsonArray tags = [Marker, .. (i % 3) switch { 0 => new[] { "red" }, 1 => ["blue", "green"], _ => [] }];
            var body = new JsonObject { ["name"] = CrmApp.Unique(Names[i % Names.Length]), ["fragile"] = i % 2 == 0, ["tags"] = tags };
            if (i % 4 != 0)
                body["weight"] = 0.5 + (i % 8);
            if (i % 5 != 0)
                body["madeOn"] = $"2026-0{1 + (i % 3)}-15";
            if (i % 7 != 0)
                body["checkedAt"] = $"2026-02-01T{8 + (i % 3):00}:30:00Z";
            if (i % 6 != 5 || i < 6)
                body["colour"] = Names[(i / 2) % Names.Length];
            if (i % 9 == 0)
                body["externalIds"] = new JsonArray(new JsonObject { ["source"] = i % 2 == 0 ? "erp" : "shop", ["id"] = CrmApp.Unique(i % 4 == 0 ? "A" : "B") });
            var created = await app.SendAsync("POST", "/api/v1/widgets", body);
            Assert.True(created.Status == System.Net.HttpStatusCode.Created, created.Text);
            if (i % 3 == 0)
                await app.SendAsync("PATCH", $"/api/v1/widgets/{created.Json["id"]}", new JsonObject { ["state"] = i % 2 == 0 ? "tested" : "scrapped" }, ("If-Match", "*"));
        }

        return await IdsAsync("name ne null");
    }
}
