using System.Text.Json.Nodes;
using Azure.Messaging.ServiceBus;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Orders;

/// <summary>Messages that come twice, at once, late, in another order, or not at all.</summary>
public sealed class OrderDeliveryTests(HandDelivery app) : IClassFixture<HandDelivery>
{
    [Fact]
    public async Task Message_DeliveredAgainAndAtOnce_HasOneOutcome()
    {
        var (stocked, customer) = (await app.StockedAsync(1000), await app.BuyerAsync(creditLimit: 1_000_000));
        for (var round = 1; round <= 5; round++)
        {
            var (order, message) = await SubmittedAsync(customer, (stocked.Product, 2), (stocked.Product, 1));

            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => app.DeliverOnceAsync(message)));
            await app.DeliverAsync(message);
            var settled = (await app.ReadAsync(order)).Json;
            await app.DeliverAsync(message);

            Assert.Equal("confirmed", settled.Status());
            Assert.Equal(settled.ToJsonString(), (await app.ReadAsync(order)).Json.ToJsonString());
            Assert.Equal((1000m, 3m * round), await app.StockAsync(stocked.Item));
            Assert.Single(settled["processing"]!["messageIds"]!.AsArray());
        }
    }

    [Fact]
    public async Task Message_AfterTheOrderWasCancelled_ReservesNothing()
    {
        var stocked = await app.StockedAsync(10);
        var (order, message) = await SubmittedAsync(await app.BuyerAsync(), (stocked.Product, 2));

        (await app.DoAsync(order, "cancel")).Expect(200);
        await app.DeliverAsync(await app.MessageAsync(order, "order.cancelled"));
        await app.DeliverAsync(message);

        Assert.Equal(("cancelled", (10m, 0m)), ((await app.ReadAsync(order)).Json.Status(), await app.StockAsync(stocked.Item)));
    }

    [Fact]
    public async Task Message_OfAnEarlierAttempt_DecidesOnThePresentOne()
    {
        var stocked = await app.StockedAsync(1);
        var (order, first) = await SubmittedAsync(await app.BuyerAsync(), (stocked.Product, 2));
        await app.DeliverAsync(first);
        (await app.DoAsync(order, "reopen")).Expect(200);
        await app.DeliverAsync(first);
        Assert.Equal("draft", (await app.ReadAsync(order)).Json.Status());
        await app.ReceiveAsync(stocked.Item, 1);
        (await app.DoAsync(order, "submit")).Expect(202);

        await Task.WhenAll(app.DeliverAsync(first), app.DeliverAsync(await app.MessageAsync(order, "order.submitted")));

        Assert.Equal(("confirmed", (2m, 2m)), ((await app.ReadAsync(order)).Json.Status(), await app.StockAsync(stocked.Item)));
    }

    [Fact]
    public async Task Cancel_WhileTheOrderIsProcessed_LeavesNothingReserved()
    {
        var (stocked, other, customer) = (await app.StockedAsync(100), await app.StockedAsync(100), await app.BuyerAsync());
        for (var round = 0; round < 10; round++)
        {
            var (order, message) = await SubmittedAsync(customer, (stocked.Product, 2), (other.Product, 1));

            var cancelling = app.DoAsync(order, "cancel");
            await Task.WhenAll(cancelling, app.DeliverOnceAsync(message), app.DeliverOnceAsync(message));
            (await cancelling).Expect(200);
            await app.DeliverAsync(message);
            await app.DeliverAsync(await app.MessageAsync(order, "order.cancelled"));

            Assert.Equal("cancelled", (await app.ReadAsync(order)).Json.Status());
            Assert.Equal(((100m, 0m), (100m, 0m)), (await app.StockAsync(stocked.Item), await app.StockAsync(other.Item)));
        }
    }

    [Fact]
    public async Task Cancel_BetweenAnyTwoCalls_AndACrashAfterTheNext_LeavesNothingReserved()
    {
        var (stocked, other, customer) = (await app.StockedAsync(100), await app.StockedAsync(100), await app.BuyerAsync());
        PlannedFault plan;
        var call = 2;
        do
        {
            var (order, message) = await SubmittedAsync(customer, (stocked.Product, 2), (other.Product, 1));
            plan = new PlannedFault(call++, Fault.CrashAfter) { Meanwhile = () => CancelAsync(order) };

            // The message does not come again: what is reserved too late would stay so.
            await app.DeliverOnceAsync(message, plan);
            if ((await app.ReadAsync(order)).Json.Status() != "cancelled")
                await CancelAsync(order);

            Assert.Equal("cancelled", (await app.ReadAsync(order)).Json.Status());
            Assert.Equal(((100m, 0m), (100m, 0m)), (await app.StockAsync(stocked.Item), await app.StockAsync(other.Item)));
        }
        while (plan.Happened);

        async Task CancelAsync(JsonObject order) => (await app.DoAsync(order, "cancel")).Expect(200);
    }

    [Fact]
    public async Task DeadLetter_PutsTheOrderOnHold_FreesItsStock_AndItCanBeResubmitted()
    {
        var (stocked, other) = (await app.StockedAsync(10), await app.StockedAsync(10));
        var (order, message) = await SubmittedAsync(await app.BuyerAsync(), (stocked.Product, 2), (other.Product, 1));

        // It dies on its way again and again, after the first line is reserved.
        for (var call = 1; (await app.StockAsync(stocked.Item)).Reserved == 0; call++)
            await app.DeliverOnceAsync(message, new PlannedFault(call, Fault.CrashAfter));
        await app.DeliverDeadAsync(message);

        var held = (await app.ReadAsync(order)).Json;
        Assert.Equal("onHold", held.Status());
        Assert.NotEmpty(held["holdReason"]!.GetValue<string>());
        Assert.NotEmpty(held["processing"]!["lastError"]!.GetValue<string>());
        Assert.Equal(((10m, 0m), (10m, 0m)), (await app.StockAsync(stocked.Item), await app.StockAsync(other.Item)));

        (await app.DoAsync(order, "resubmit")).Expect(202);
        await app.DeliverAsync(await app.MessageAsync(order, "order.submitted"));
        Assert.Equal(("confirmed", (10m, 2m), (10m, 1m)), ((await app.ReadAsync(order)).Json.Status(), await app.StockAsync(stocked.Item), await app.StockAsync(other.Item)));
        await app.DeliverDeadAsync(message);
        Assert.Equal(("confirmed", (10m, 2m)), ((await app.ReadAsync(order)).Json.Status(), await app.StockAsync(stocked.Item)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1]")]
    [InlineData("{}")]
    [InlineData("null")]
    public async Task MessageThatIsNoEvent_IsDeadLetteredWithTheReason(string body)
    {
        var broker = new HandDelivery.Broker(app.Faults);
        var message = ServiceBusModelFactory.ServiceBusReceivedMessage(BinaryData.FromString(body), "m", lockTokenGuid: Guid.NewGuid());

        await app.Functions().Process(message, broker, CancellationToken.None);
        Assert.Equal("malformed", broker.DeadLettered);

        await app.DeliverDeadAsync(message);
    }

    private async Task<(JsonObject Order, ServiceBusReceivedMessage Message)> SubmittedAsync(JsonObject customer, params (JsonObject, decimal)[] lines)
    {
        var order = await app.DraftAsync(customer, lines);
        (await app.DoAsync(order, "submit")).Expect(202);
        return (order, await app.MessageAsync(order, "order.submitted"));
    }
}
