using System.Diagnostics;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;
using Xunit.Abstractions;

namespace Crm.Tests.Orders;

/// <summary>Many clients want what there is not enough of, through the queue as it runs.</summary>
public sealed class OrderRaceTests(CrmApp app, ITestOutputHelper output) : IClassFixture<CrmApp>
{
    private const int Orders = 200;
    private const int Clients = 16;

    [Fact]
    public async Task TwoHundredOrders_ForFiftyPieces_SellExactlyThose()
    {
        decimal[] pieces = [25, 15, 10];
        var products = new List<(JsonObject Product, JsonObject Item)>();
        foreach (var quantity in pieces)
            products.Add(await app.StockedAsync(quantity));
        var customer = await app.BuyerAsync();
        var orders = new JsonObject[Orders];
        var watch = Stopwatch.StartNew();

        await Parallel.ForEachAsync(Enumerable.Range(0, Orders), new ParallelOptions { MaxDegreeOfParallelism = Clients }, async (number, _) =>
        {
            orders[number] = await app.DraftAsync(customer, (products[number % 3].Product, 1));
            (await app.DoAsync(orders[number], "submit")).Expect(202);
        });
        output.WriteLine($"{Orders} orders drafted and submitted in {watch.Elapsed.TotalSeconds:0.0} s");
        for (var number = 0; number < Orders; number++)
            orders[number] = await app.SettledAsync(orders[number]);
        output.WriteLine($"all decided on after {watch.Elapsed.TotalSeconds:0.0} s");

        var confirmed = orders.Where(order => order.Status() == "confirmed").ToList();
        Assert.Equal(50, confirmed.Count);
        Assert.Equal(150, orders.Count(order => order.Status() == "rejected"));
        Assert.Equal(50, confirmed.Select(order => order["orderNumber"]!.GetValue<string>()).Distinct().Count());
        foreach (var ((_, item), quantity) in products.Zip(pieces))
        {
            Assert.Equal((quantity, quantity), await app.StockAsync(item));
            var movements = (await app.SendAsync("GET", $"{item.Path()}/movements?maxpagesize=200")).Expect(200).Json["value"]!.AsArray();
            Assert.Equal(quantity, movements.Count(movement => (string?)movement!["kind"] == "reserve"));
        }

        var latencies = confirmed.Select(order => (order["confirmedAt"].Time() - order["submittedAt"].Time()).TotalSeconds).Order().ToList();
        output.WriteLine($"submitted to confirmed: median {latencies[25]:0.00} s, last {latencies[^1]:0.00} s");
    }
}
