using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Orders;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.Orders;

/// <summary>
/// Every call that the work on an order makes, to the database and to the broker, fails or is the last one of its process, one after the other. Each time the
/// order ends as if nothing had happened: one decision, one number, one reservation, and no stock gone astray.
/// </summary>
public sealed class OrderFaultTests(HandDelivery app) : IClassFixture<HandDelivery>
{
    /// <summary>More than any of the runs makes.</summary>
    private const int MostCalls = 200;

    private readonly HashSet<string> _numbers = [];

    public static TheoryData<Fault> Short => [Fault.AnswerLost, Fault.CrashAfter];

    public static TheoryData<Fault> All => [.. Enum.GetValues<Fault>()];

    [Theory, MemberData(nameof(Short))]
    public Task Confirming_WithAFaultAtAnyCall_EndsTheSame(Fault fault) => ConfirmAsync(fault, creditLimit: null);

    [Theory, MemberData(nameof(Short))]
    public Task Rejecting_WithAFaultAtAnyCall_LeavesNothingReserved(Fault fault) => RejectAsync(fault);

    [Theory, Trait("Category", "Long"), MemberData(nameof(All))]
    public async Task Everything_WithAFaultAtAnyCall_EndsTheSame(Fault fault)
    {
        await ConfirmAsync(fault, creditLimit: null);
        await ConfirmAsync(fault, creditLimit: 1_000_000);
        await RejectAsync(fault);
        await CancelAsync(fault);
        await ShipPayAndInvoiceAsync(fault);
        await TakeBackAsync(fault);
    }

    [Fact]
    public Task Cancelling_WithACrashAfterAnyCall_LeavesNothingReserved() => CancelAsync(Fault.CrashAfter);

    [Fact]
    public Task ShippingPayingAndInvoicing_WithACrashAfterAnyCall_AreEachDoneOnce() => ShipPayAndInvoiceAsync(Fault.CrashAfter);

    [Fact]
    public Task ReturningRefundingAndVoiding_WithACrashAfterAnyCall_AreEachDoneOnce() => TakeBackAsync(Fault.CrashAfter);

    private async Task ConfirmAsync(Fault fault, decimal? creditLimit)
    {
        var (first, second, customer) = (await app.StockedAsync(100_000), await app.StockedAsync(100_000), await app.BuyerAsync(creditLimit));
        var reserved = 0m;
        for (var call = 1; ; call++)
        {
            var order = await app.DraftAsync(customer, (first.Product, 2), (second.Product, 3));
            (await app.DoAsync(order, "submit")).Expect(202);
            var plan = new PlannedFault(call, fault);

            await app.DeliverAsync(await app.MessageAsync(order, "order.submitted"), plan);

            reserved++;
            var settled = (await app.ReadAsync(order)).Json;
            Assert.True(settled.Status() == "confirmed", $"{fault} at call {call}: {settled}");
            Assert.True(_numbers.Add(settled["orderNumber"]!.GetValue<string>()), $"{fault} at call {call}: {settled["orderNumber"]} is given twice");
            Assert.Equal((2 * reserved, 3 * reserved), ((await app.StockAsync(first.Item)).Reserved, (await app.StockAsync(second.Item)).Reserved));
            Assert.Single(await app.EventsAsync(order), "order.confirmed");
            if (Done(plan, call))
                return;
        }
    }

    private async Task RejectAsync(Fault fault)
    {
        var (plenty, scarce, customer) = (await app.StockedAsync(100), await app.StockedAsync(1), await app.BuyerAsync());
        for (var call = 1; ; call++)
        {
            var order = await app.DraftAsync(customer, (plenty.Product, 2), (scarce.Product, 3));
            (await app.DoAsync(order, "submit")).Expect(202);
            var plan = new PlannedFault(call, fault);

            await app.DeliverAsync(await app.MessageAsync(order, "order.submitted"), plan);

            Assert.Equal("rejected", (await app.ReadAsync(order)).Json.Status());
            Assert.Equal(((100m, 0m), (1m, 0m)), (await app.StockAsync(plenty.Item), await app.StockAsync(scarce.Item)));
            if (Done(plan, call))
                return;
        }
    }

    private async Task CancelAsync(Fault fault)
    {
        var (stocked, customer) = (await app.StockedAsync(100), await app.BuyerAsync());
        for (var call = 1; ; call++)
        {
            var order = await app.DraftAsync(customer, (stocked.Product, 2));
            (await app.DoAsync(order, "submit")).Expect(202);
            await app.DeliverAsync(await app.MessageAsync(order, "order.submitted"));
            var plan = new PlannedFault(call, fault);

            // What was cut short, the client repeats if it did not happen; what did happen is seen to by its message.
            await ActAsync<OrderActions>(plan, actions => actions.CancelAsync(order.Id(), "x", new WriteOptions(), CancellationToken.None));
            if ((await app.ReadAsync(order)).Json.Status() != "cancelled")
                await ActAsync<OrderActions>(null, actions => actions.CancelAsync(order.Id(), "x", new WriteOptions(), CancellationToken.None));
            await app.DeliverAsync(await app.MessageAsync(order, "order.cancelled"));

            Assert.Equal("cancelled", (await app.ReadAsync(order)).Json.Status());
            Assert.Equal((100m, 0m), await app.StockAsync(stocked.Item));
            if (Done(plan, call))
                return;
        }
    }

    private async Task ShipPayAndInvoiceAsync(Fault fault)
    {
        var (stocked, customer, series) = (await app.StockedAsync(1000, price: 5), await app.BuyerAsync(), Guid.NewGuid().ToString("N")[..8]);
        for (var call = 1; ; call++)
        {
            var order = await app.DraftAsync(customer, (stocked.Product, 2));
            (await app.DoAsync(order, "submit")).Expect(202);
            await app.DeliverAsync(await app.MessageAsync(order, "order.submitted"));
            var plan = new PlannedFault(call, fault);

            await RepeatedAsync<ShipOrder>(plan, "ship", (ship, options) => ship.RunAsync(order.Id(), new ShipmentBody(), options, CancellationToken.None));
            await RepeatedAsync<PayOrder>(plan, "pay", (pay, options) => pay.RunAsync(order.Id(), new PaymentBody { Amount = 10 }, options, CancellationToken.None));
            await RepeatedAsync<InvoiceOrder>(plan, "invoice", (invoice, options) => invoice.RunAsync(order.Id(), new InvoiceBody { Series = series }, options, CancellationToken.None));
            await DeliverPartsAsync(order);

            var settled = (await app.ReadAsync(order)).Json;
            Assert.True(settled.Status() == "completed", $"{fault} at call {call}: {settled}");
            Assert.Equal((1, 1, 10m), (settled["shipmentIds"]!.AsArray().Count, settled["paymentIds"]!.AsArray().Count, settled["paidTotal"]!.GetValue<decimal>()));
            Assert.Equal((1000m - (2 * call), 0m), await app.StockAsync(stocked.Item));
            var invoice = (await app.SendAsync("GET", $"/api/v1/invoices/{settled["invoiceIds"]![0]}")).Expect(200).Json;
            Assert.Equal(($"{series}-{call:00000}", "paid"), (invoice["invoiceNumber"]!.GetValue<string>(), invoice.Status()));
            if (Done(plan, call))
                return;
        }
    }

    private async Task TakeBackAsync(Fault fault)
    {
        var (stocked, customer) = (await app.StockedAsync(1000, price: 5), await app.BuyerAsync());
        for (var call = 1; ; call++)
        {
            var order = await app.DraftAsync(customer, (stocked.Product, 2));
            (await app.DoAsync(order, "submit")).Expect(202);
            await app.DeliverAsync(await app.MessageAsync(order, "order.submitted"));
            var invoice = (await app.DoAsync(order, "invoice")).Expect(201).Json.Id();
            var shipment = (await app.DoAsync(order, "shipments")).Expect(201).Json.Id();
            var payment = (await app.DoAsync(order, "payments", new JsonObject { ["amount"] = 10, ["authorized"] = true })).Expect(201).Json.Id();
            var plan = new PlannedFault(call, fault);

            await AgainAsync<InvoiceActions>(plan, invoices => invoices.VoidAsync(invoice, "x", new WriteOptions(), CancellationToken.None));
            await AgainAsync<ReturnShipment>(plan, returns => returns.RunAsync(shipment, new ReturnBody(), new WriteOptions(), CancellationToken.None));
            await AgainAsync<PaymentActions>(plan, payments => payments.CaptureAsync(payment, new WriteOptions(), CancellationToken.None));
            await DeliverPartsAsync(order);
            await AgainAsync<PaymentActions>(plan, payments => payments.RefundAsync(payment, new RefundBody(), new WriteOptions(), CancellationToken.None));
            await DeliverPartsAsync(order);

            var settled = (await app.ReadAsync(order)).Json;
            Assert.True(
                (settled["fulfillment"]!.GetValue<string>(), settled["payment"]!.GetValue<string>(), settled["invoicing"]!.GetValue<string>()) == ("returned", "refunded", "notInvoiced"), $"{fault} at call {call}: {settled}");
            Assert.Equal((10m, 10m, 0m), (settled["paidTotal"]!.GetValue<decimal>(), settled["refundedTotal"]!.GetValue<decimal>(), settled["authorizedTotal"]!.GetValue<decimal>()));
            Assert.Equal((2m, 0m), (settled["lines"]![0]!["quantityReturned"]!.GetValue<decimal>(), settled["lines"]![0]!["quantityInvoiced"]!.GetValue<decimal>()));
            Assert.Equal((1000m, 0m), await app.StockAsync(stocked.Item));
            if (Done(plan, call))
                return;
        }
    }

    /// <summary>What a client does that got no answer, of an action that is done once whatever the key.</summary>
    private async Task AgainAsync<T>(PlannedFault plan, Func<T, Task<Result<RecordReply>>> act) where T : notnull
    {
        if (!await ActAsync(plan, act))
            Assert.True(await ActAsync(null, act));
    }

    /// <summary>What a client does that got no answer: the same again, under the same key.</summary>
    private async Task RepeatedAsync<T>(PlannedFault plan, string scope, Func<T, WriteOptions, Task<Result<RecordReply>>> act) where T : notnull
    {
        var options = new WriteOptions(Key: new IdempotencyKey(scope, Guid.NewGuid().ToString(), "f"));
        if (!await ActAsync<T>(plan, service => act(service, options)))
            Assert.True(await ActAsync<T>(null, service => act(service, options)));
    }

    private Task<bool> ActAsync<T>(PlannedFault? plan, Func<T, Task<Result<RecordReply>>> act) where T : notnull => app.Faults.SurvivesAsync(plan, async () =>
    {
        var done = await app.Services.GetRequiredService<SystemCalls>().RunAsync<T, Result<RecordReply>>("default", "test", "test", null, act);
        Assert.False(done.Failed, done.Error?.Detail);
    });

    private async Task DeliverPartsAsync(JsonObject order)
    {
        foreach (var collection in new[] { "shipments", "payments", "invoices" })
        {
            foreach (var part in (await app.ListAsync(collection, ("filter", $"orderId eq '{order.Id()}'"))).Expect(200).Json["value"]!.AsArray())
            {
                foreach (var happened in (await app.EventsAsync((JsonObject)part!)).Where(name => !name.EndsWith(".updated", StringComparison.Ordinal)))
                    await app.DeliverAsync(await app.MessageAsync((JsonObject)part!, happened));
            }
        }
    }

    private static bool Done(PlannedFault plan, int call)
    {
        Assert.True(call < MostCalls);
        return !plan.Happened;
    }
}
