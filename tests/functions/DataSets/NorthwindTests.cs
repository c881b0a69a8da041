using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;
using Xunit.Abstractions;
using Row = System.Collections.Generic.IReadOnlyDictionary<string, string>;

namespace Crm.Tests.DataSets;

/// <summary>
/// 830 orders that others have added up. Like ours, their lines are rounded one by one, half away from zero; sums per customer and employee are known
/// exactly, so that ours may differ from them by half a cent for each line.
/// </summary>
public sealed class NorthwindTests(Northwind crm, ITestOutputHelper output) : IClassFixture<Northwind>
{
    private const string Orders = "orders?maxpagesize=200&select=customerReference,customerId,ownerId,status,lines,subtotal,lineDiscountTotal,shippingTotal,grandTotal,shippingAddress";

    [DataSetFact(Northwind.Name)]
    public void Load_OfEveryFile_PlacesEveryRowAndReportsTheRest()
    {
        output.WriteLine($"{crm.Report}\nin {crm.LoadTime.TotalSeconds:0.0} s");

        Assert.Empty(crm.Report.Refused);
        Assert.Equal(
            new Dictionary<string, int>
            {
                ["customers.csv (accounts)"] = 91,
                ["customers.csv (contacts)"] = 91,
                ["customers.csv"] = 91,
                ["employees.csv (users)"] = 9,
                ["employees.csv"] = 9,
                ["products.csv"] = 77,
                ["orders.csv"] = 830,
                ["order_details.csv"] = 2_155,
            },
            crm.Report.Placed);
    }

    [DataSetFact(Northwind.Name)]
    public async Task Totals_OfAllOrders_AreAsKnownToTheCent()
    {
        var orders = await crm.WalkAsync(Orders);

        Assert.Equal(Fact("sum_lines_gross"), orders.Sum(order => (decimal)order["subtotal"]!));
        Assert.Equal(Fact("sum_lines_net_each_line_rounded_half_up_2dp"), orders.Sum(Net));
        Assert.Equal(Fact("freight_total"), orders.Sum(order => (decimal)order["shippingTotal"]!));
        Assert.Equal(Fact("sum_lines_net_each_line_rounded_half_up_2dp") + Fact("freight_total"), orders.Sum(order => (decimal)order["grandTotal"]!));
        Assert.Equal((decimal)crm.Facts["units_total"]!, orders.Sum(order => Lines(order).Sum(line => (decimal)line["quantity"]!)));
    }

    [DataSetFact(Northwind.Name)]
    public async Task Orders_Submitted_AreConfirmedToTheCent() => Assert.Equal(25, (await ConfirmAsync(most: 25)).Count);

    [DataSetFact(Northwind.Name), Trait("Category", "Long")]
    public async Task EveryOrder_Submitted_IsConfirmedToTheCent() =>
        Assert.Equal(Fact("sum_lines_net_each_line_rounded_half_up_2dp") + Fact("freight_total"), (await ConfirmAsync(most: int.MaxValue)).Sum(order => (decimal)order["grandTotal"]!));

    [DataSetFact(Northwind.Name)]
    public async Task Lines_OfEveryOrder_ComeToWhatTheFileSays()
    {
        var rows = crm.Rows($"{Northwind.Files}order_details.csv").ToLookup(row => row["OrderID"]);

        var orders = await crm.WalkAsync(Orders);

        Assert.All(orders, order => Assert.Equal(
            rows[(string)order["customerReference"]!].Select(row => decimal.Round(Exact(row), 2, MidpointRounding.AwayFromZero)),
            Lines(order).Select(line => (decimal)line["net"]!)));
        Assert.Equal(
            crm.Facts["lines_per_order"]!.AsObject().ToDictionary(lines => int.Parse(lines.Key, CultureInfo.InvariantCulture), lines => (int)lines.Value!),
            orders.GroupBy(order => Lines(order).Count()).ToDictionary(alike => alike.Key, alike => alike.Count()));
    }

    [DataSetFact(Northwind.Name)]
    public async Task Totals_ByCustomerAndEmployee_AreAsKnownUpToTheRoundingOfEachLine()
    {
        var customers = (await crm.WalkAsync("customers?maxpagesize=200&select=externalIds")).ToDictionary(Id, customer => (string)customer["externalIds"]![0]!["id"]!);
        var employees = (await crm.WalkAsync("employees?select=fullName,userId")).ToDictionary(employee => (string)employee["userId"]!, employee => (string)employee["fullName"]!);

        var orders = await crm.WalkAsync(Orders);

        AssertTotals("net_by_customer", orders.GroupBy(order => customers[(string)order["customerId"]!]));
        AssertTotals("net_by_employee", orders.GroupBy(order => employees[(string)order["ownerId"]!]));
    }

    [DataSetFact(Northwind.Name)]
    public async Task Employees_ReportToWhomTheyDid()
    {
        var employees = await crm.WalkAsync("employees?select=fullName,lastName,managerId");
        var names = employees.ToDictionary(Id, employee => (string)employee["lastName"]!);

        Assert.Equal(
            crm.Facts["employee_reports_to"]!.AsObject().ToDictionary(employee => employee.Key, employee => (string?)employee.Value),
            employees.ToDictionary(employee => (string)employee["fullName"]!, employee => (string?)employee["managerId"] is { } manager ? names[manager] : null));
    }

    [DataSetFact(Northwind.Name)]
    public async Task Names_AndAddresses_ComeBackAsTheyWere()
    {
        var expected = crm.Rows($"{Northwind.Files}customers.csv").ToDictionary(
            row => row["CustomerID"], row => (row["CompanyName"], row["ContactName"], row["Address"], row["City"], row["PostalCode"]));
        var contacts = (await crm.WalkAsync("contacts?maxpagesize=200&select=externalIds,fullName")).ToDictionary(contact => (string)contact["externalIds"]![0]!["id"]!, contact => (string)contact["fullName"]!);

        var customers = await crm.WalkAsync("customers?maxpagesize=200&select=externalIds,displayName,defaultBillingAddress");

        Assert.Equal(expected, customers.ToDictionary(customer => (string)customer["externalIds"]![0]!["id"]!, customer =>
        {
            var (id, address) = ((string)customer["externalIds"]![0]!["id"]!, customer["defaultBillingAddress"]!);
            return ((string)customer["displayName"]!, contacts[id], (string)address["line1"]!, (string)address["city"]!, (string?)address["postalCode"] ?? "");
        }));
    }

    /// <summary>With stock of everything and a rate of the dollar, what was drafted is confirmed as it stands, every line and every total.</summary>
    private async Task<IReadOnlyList<JsonObject>> ConfirmAsync(int most)
    {
        await crm.EnsureSupplyAsync();
        var drafts = (await crm.WalkAsync(Orders)).OrderBy(order => (string?)order["customerReference"], StringComparer.Ordinal).Take(most).ToList();
        await Parallel.ForEachAsync(drafts, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (draft, cancellation) =>
        {
            using var submitted = await crm.Client.PostAsync($"/api/v1/orders/{Id(draft)}/submit", null, cancellation);
            Assert.True(submitted.IsSuccessStatusCode, await submitted.Content.ReadAsStringAsync(cancellation));
        });
        var confirmed = new List<JsonObject>();
        foreach (var draft in drafts)
            confirmed.Add(await Eventually.GetAsync(async () => (await crm.Client.GetFromJsonAsync<JsonObject>($"/api/v1/orders/{Id(draft)}"))!, order => (string?)order["status"] != "submitted", "a decision"));

        Assert.All(confirmed, order => Assert.True((string?)order["status"] == "confirmed", order.ToJsonString()));
        Assert.Equal(drafts.Count, confirmed.Select(order => (string)order["orderNumber"]!).Distinct().Count());
        Assert.All(drafts.Zip(confirmed), pair => Assert.Equal((decimal)pair.First["grandTotal"]!, (decimal)pair.Second["grandTotal"]!));
        Assert.All(drafts.Zip(confirmed), pair => Assert.Equal(Lines(pair.First).Select(line => (decimal)line["net"]!), Lines(pair.Second).Select(line => (decimal)line["net"]!)));
        Assert.All(confirmed, order => Assert.Equal(decimal.Round((decimal)order["grandTotal"]! * Northwind.Rate, 2, MidpointRounding.AwayFromZero), (decimal)order["baseGrandTotal"]!));
        return confirmed;
    }

    private void AssertTotals(string fact, IEnumerable<IGrouping<string, JsonObject>> groups)
    {
        var known = crm.Facts[fact]!.AsObject();
        var sums = groups.ToDictionary(group => group.Key, group => group.ToList());

        Assert.Equal(known.Select(group => (group.Key, (int)group.Value!["orders"]!)).Order(), sums.Select(group => (group.Key, group.Value.Count)).Order());
        Assert.All(sums, group => Assert.InRange(
            group.Value.Sum(Net) - decimal.Parse((string)known[group.Key]!["net"]!, CultureInfo.InvariantCulture),
            -0.005m * group.Value.Sum(order => Lines(order).Count()),
            0.005m * group.Value.Sum(order => Lines(order).Count())));
    }

    private decimal Fact(string name) => decimal.Parse((string)crm.Facts[name]!, CultureInfo.InvariantCulture);

    private static decimal Exact(Row row) => Number(row["UnitPrice"]) * Number(row["Quantity"]) * (1 - Number(row["Discount"]));

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private static string Id(JsonObject record) => (string)record["id"]!;

    private static IEnumerable<JsonNode> Lines(JsonObject order) => order["lines"]!.AsArray().Select(line => line!);

    private static decimal Net(JsonObject order) => Lines(order).Sum(line => (decimal)line["net"]!);
}
