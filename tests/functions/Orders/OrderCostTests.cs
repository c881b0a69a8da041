using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;
using Xunit.Abstractions;

namespace Crm.Tests.Orders;

/// <summary>
/// What an order costs, in calls to the database and the broker: three for each line, to read the item and its product and to move it, and nine more, one
/// of them for the first number there is; four more again where there is a credit limit. What it costs in request units is for the eye.
/// </summary>
public sealed class OrderCostTests(HandDelivery app, ITestOutputHelper output) : IClassFixture<HandDelivery>
{
    [Theory]
    [InlineData(1, null, 12)]
    [InlineData(3, null, 19)]
    [InlineData(1, 1000, 16)]
    public async Task Order_OfSoManyLines_TakesNoMoreCalls(int lines, int? creditLimit, int calls)
    {
        var stocked = new List<(JsonObject Product, decimal)>();
        for (var line = 0; line < lines; line++)
            stocked.Add(((await app.StockedAsync(10)).Product, 1));
        var order = await app.DraftAsync(await app.BuyerAsync(creditLimit), [.. stocked]);
        var before = app.RoundTrips.Count;
        var submitted = (await app.DoAsync(order, "submit")).Expect(202);
        var (trips, plan) = (app.RoundTrips.Count - before, PlannedFault.None);

        await app.DeliverAsync(await app.MessageAsync(order, "order.submitted"), plan);

        output.WriteLine($"{lines} lines: submit {trips} calls, {submitted.Headers["X-Request-Cost"]} RU; process {plan.Calls} calls, {plan.Charge:0.0} RU");
        Assert.Equal("confirmed", (await app.ReadAsync(order)).Json.Status());
        Assert.InRange(trips, 1, 5);
        Assert.InRange(plan.Calls, 1, calls);
    }
}
