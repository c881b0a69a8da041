using System.Text;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Crm.Tests.DataSets;

/// <summary>992 companies whose names nothing may touch.</summary>
public sealed class ListedCompaniesTests(ListedCompanies crm, ITestOutputHelper output) : IClassFixture<ListedCompanies>
{
    [DataSetFact(ListedCompanies.Name)]
    public void Load_OfTheFile_PlacesEveryRowAndReportsTheRest()
    {
        output.WriteLine($"{crm.Report}\nin {crm.LoadTime.TotalSeconds:0.0} s");

        Assert.Empty(crm.Report.Refused);
        Assert.Equal(new Dictionary<string, int> { [ListedCompanies.File] = (int)crm.Facts["rows"]! }, crm.Report.Placed);
        // Beside those without an @, four with a space inside.
        Assert.Equal((int)crm.Facts["emails_invalid_without_at"]! + 4, crm.Report.Remarks.Single(remark => remark.Key.Contains("email must be", StringComparison.Ordinal)).Value);
        Assert.Equal(crm.Facts["emails_with_several_at"]!.AsArray().Count, crm.Report.Remarks["an account has one e-mail address: the second is left out"]);
        Assert.Equal(88, crm.Report.Remarks["country of registration has no field and is kept as a tag"]);
    }

    [DataSetFact(ListedCompanies.Name)]
    public async Task Names_OfCompaniesAndPeople_ComeBackByteForByte()
    {
        var expected = crm.Rows(ListedCompanies.File).ToDictionary(row => row["公司代號"], row => Bytes(row["公司名稱"], row["公司簡稱"], row["住址"], row["營利事業統一編號"], ListedCompaniesLoader.People(row)));

        var accounts = await crm.WalkAsync("accounts?maxpagesize=200");

        Assert.Equal(expected, accounts.ToDictionary(Code, account => Bytes(
            (string)account["name"]!, (string)account["tags"]![0]!, (string)account["billingAddress"]!["line1"]!, (string)account["taxId"]!, (string)account["description"]!)));
    }

    [DataSetFact(ListedCompanies.Name)]
    public async Task Filter_ByIndustryTaxIdAndName_CountsWhatIsKnown()
    {
        foreach (var industry in crm.Facts["by_industry_code_top10"]!.AsArray())
            Assert.Equal((int)industry![1]!, await crm.CountAsync("accounts", $"industry eq '{(string)industry[0]!}'"));
        Assert.Equal((int)crm.Facts["tax_ids_with_leading_zero"]!, await crm.CountAsync("accounts", "startswith(taxId, '0')"));
        Assert.Equal(8, await crm.CountAsync("accounts", "taxId eq '00000000'"));
        Assert.Equal(1, await crm.CountAsync("accounts", "tags/any(t:t eq '台積電')"));
        Assert.Equal((int)crm.Facts["addresses_using_台"]!, await crm.CountAsync("accounts", "startswith(billingAddress/line1, '台')"));
        foreach (var name in new[] { "臺", "台", "中國" })
            Assert.Equal(crm.Rows(ListedCompanies.File).Count(row => row["公司名稱"].StartsWith(name, StringComparison.Ordinal)), await crm.CountAsync("accounts", $"startswith(name, '{name}')"));
    }

    [DataSetFact(ListedCompanies.Name)]
    public async Task Walk_InTheOrderOfNames_GivesEachCompanyOnce()
    {
        var sorted = await crm.WalkAsync("accounts?maxpagesize=100&select=name,externalIds&orderby=name");

        Assert.Equal(crm.Rows(ListedCompanies.File).Select(row => row["公司代號"]).Order(StringComparer.Ordinal), sorted.Select(Code).Order(StringComparer.Ordinal));
        var names = sorted.Select(account => (string)account["name"]!).ToList();
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
    }

    private static string Code(JsonObject account) => (string)account["externalIds"]![0]!["id"]!;

    private static string Bytes(params string[] texts) => Convert.ToHexString(Encoding.UTF8.GetBytes(string.Join('|', texts)));
}
