using System.Globalization;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Crm.Tests.DataSets;

/// <summary>8,800 sales of a real data set: what is asked of the API must be what is known of the set.</summary>
public sealed class MavenCrmTests(MavenCrm crm, ITestOutputHelper output) : IClassFixture<MavenCrm>
{
    private const string Won = "opportunities?maxpagesize=200&filter=stageType eq 'won'&select=amount,ownerId,accountId,closeDate";

    [DataSetFact(MavenCrm.Name)]
    public void Load_OfEveryFile_PlacesEveryRowAndReportsTheRest()
    {
        output.WriteLine($"{crm.Report}\nin {crm.LoadTime.TotalSeconds:0.0} s");

        Assert.Empty(crm.Report.Refused);
        Assert.Equal(
            new Dictionary<string, int> { ["accounts.csv"] = 85, ["products.csv"] = 7, ["sales_teams.csv"] = 35, ["sales_teams.csv (regional offices)"] = 3, ["sales_pipeline.csv"] = 8_800 },
            crm.Report.Placed);
        Assert.Equal(1_480, crm.Report.Remarks["sales_pipeline.csv: product 'GTXPro' is taken for 'GTX Pro'"]);
        Assert.Equal(1_425, crm.Report.Remarks["sales_pipeline.csv: no account"]);
        Assert.Equal(8_300, crm.Report.Remarks["sales_pipeline.csv: engage_date has no field and is kept in the description"]);
        Assert.Equal(1, crm.Report.Remarks["accounts.csv: office_location 'Philipines' is no country and is left out"]);
    }

    [DataSetFact(MavenCrm.Name)]
    public async Task Load_OfAFileASecondTime_IsRefusedRowByRow()
    {
        var report = new LoadReport();

        await new MavenCrmLoader(crm.NewLoad(report)).LoadProductsAsync();

        Assert.Empty(report.Placed);
        Assert.Equal(7, report.Refused.Count);
        Assert.All(report.Refused, row => Assert.Equal("duplicate", (string?)row.Problem?["code"]));
    }

    [DataSetFact(MavenCrm.Name)]
    public async Task Count_PerStage_IsAsKnown()
    {
        var stages = (await crm.WalkAsync("pipelines"))[0]["stages"]!.AsArray().ToDictionary(stage => (string)stage!["name"]!, stage => (string)stage!["id"]!);
        var known = crm.Facts["stage_counts"]!;

        foreach (var (stage, name) in new[] { ("Prospecting", "Prospecting"), ("Qualification", "Engaging"), ("Closed Won", "Won"), ("Closed Lost", "Lost") })
            Assert.Equal((int)known[name]!, await crm.CountAsync("opportunities", $"stageId eq '{stages[stage]}'"));
        Assert.Equal((int)known["Won"]!, await crm.CountAsync("opportunities", "stageType eq 'won'"));
        Assert.Equal((int)known["Prospecting"]! + (int)known["Engaging"]!, await crm.CountAsync("opportunities", "stageType eq 'open'"));
    }

    [DataSetFact(MavenCrm.Name)]
    public async Task WonRevenue_InAllByRegionAndByQuarter_IsAsKnown()
    {
        var regions = (await crm.WalkAsync("teams"))
            .SelectMany(team => team["members"]!.AsArray().Select(member => (User: (string)member!["userId"]!, Region: (string)team["territory"]![0]!)))
            .ToDictionary(member => member.User, member => member.Region);

        var won = await crm.WalkAsync(Won);

        Assert.Equal((decimal)crm.Facts["won_revenue_total"]!, won.Sum(Amount));
        AssertTotals("won_by_region", won.GroupBy(sale => regions[(string)sale["ownerId"]!]));
        AssertTotals("won_by_close_quarter", won.GroupBy(sale => Quarter((string)sale["closeDate"]!)));
    }

    [DataSetFact(MavenCrm.Name)]
    public async Task WonRevenue_ByAccount_IsAsKnown()
    {
        var names = (await crm.WalkAsync("accounts?select=name&maxpagesize=200")).ToDictionary(account => (string)account["id"]!, account => (string)account["name"]!);

        var byAccount = (await crm.WalkAsync(Won)).GroupBy(sale => names[(string)sale["accountId"]!]).ToList();

        AssertTotals("won_by_account", byAccount);
        var top = byAccount.OrderByDescending(account => account.Sum(Amount)).Take(5).Select(account => (account.Key, account.Sum(Amount)));
        Assert.Equal([("Kan-code", 341_455), ("Konex", 269_245), ("Condax", 206_410), ("Cheers", 198_020), ("Hottechi", 194_957)], top);
    }

    [DataSetFact(MavenCrm.Name)]
    public async Task Filter_OnAmountStageTagsAndDate_CountsWhatTheFileHas()
    {
        var rows = crm.Rows("sales_pipeline.csv");
        var won = rows.Where(row => row["deal_stage"] == "Won").Select(row => (Value: int.Parse(row["close_value"], CultureInfo.InvariantCulture), Closed: row["close_date"], Product: row["product"])).ToList();

        foreach (var least in new[] { 38, 1_000, 5_000, 30_288, 30_289 })
            Assert.Equal(won.Count(sale => sale.Value >= least), await crm.CountAsync("opportunities", $"amount ge {least} and stageType eq 'won'"));
        Assert.Equal(won.Count(sale => sale.Closed.StartsWith("2017-05", StringComparison.Ordinal)), await crm.CountAsync("opportunities", "stageType eq 'won' and closeDate ge 2017-05-01 and closeDate le 2017-05-31"));
        Assert.Equal(won.Count(sale => sale.Product == "GTXPro"), await crm.CountAsync("opportunities", "stageType eq 'won' and tags/any(t:t eq 'GTX Pro')"));
        Assert.Equal(1_425, await crm.CountAsync("opportunities", "accountId eq null"));
    }

    [DataSetFact(MavenCrm.Name)]
    public async Task Walk_OverAllPages_GivesEachOpportunityOnce()
    {
        var expected = crm.Rows("sales_pipeline.csv").Select(row => row["opportunity_id"]).Order(StringComparer.Ordinal);

        var walked = await crm.WalkAsync("opportunities?maxpagesize=200&select=externalIds");
        Assert.Equal(expected, walked.Select(sale => (string)sale["externalIds"]![0]!["id"]!).Order(StringComparer.Ordinal));

        var sorted = await crm.WalkAsync("opportunities?maxpagesize=200&select=externalIds,amount&orderby=amount desc");
        Assert.Equal(expected, sorted.Select(sale => (string)sale["externalIds"]![0]!["id"]!).Order(StringComparer.Ordinal));
        Assert.Equal(sorted.Select(Amount).OrderDescending(), sorted.Select(Amount));
        Assert.Equal((decimal)crm.Facts["won_value_min_max"]![1]!, Amount(sorted[0]));
    }

    private void AssertTotals(string fact, IEnumerable<IGrouping<string, JsonObject>> groups)
    {
        var known = crm.Facts[fact]!.AsObject().ToDictionary(group => group.Key, group => ((int)group.Value!["count"]!, (decimal)group.Value["revenue"]!));
        Assert.Equal(known, groups.ToDictionary(group => group.Key, group => (group.Count(), group.Sum(Amount))));
    }

    private static decimal Amount(JsonObject sale) => (decimal)sale["amount"]!;

    private static string Quarter(string date) => $"{date[..4]}-Q{(int.Parse(date.AsSpan(5, 2), CultureInfo.InvariantCulture) + 2) / 3}";
}
