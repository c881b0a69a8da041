using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Orders;

/// <summary>Money that is promised, received and paid back.</summary>
[Collection(SharedApp.Name)]
public sealed class PaymentTests(CrmApp app)
{
    [Fact]
    public async Task Authorized_IsPromised_AndCountsOnceCaptured()
    {
        var order = await ConfirmedAsync();

        var promised = (await PayAsync(order, 40, authorized: true)).Expect(201).Json;
        Assert.Equal(("pending", true), (promised.Status(), promised["authorized"]!.GetValue<bool>()));
        Assert.Equal(("authorized", 0m, 40m, 0m), await MoneyAsync(order));

        var captured = (await app.DoAsync(promised, "capture")).Expect(200).Json;
        Assert.Equal(("succeeded", false), (captured.Status(), captured["authorized"]!.GetValue<bool>()));
        Assert.Equal(("paid", 40m, 0m, 0m), await MoneyAsync(order));
        Assert.Equal(captured.ToJsonString(), (await app.DoAsync(promised, "capture")).Expect(200).Json.ToJsonString());
        (await app.DoAsync(promised, "fail")).Expect(409, "invalid-transition");
    }

    [Fact]
    public async Task Authorized_ThatDoesNotCome_Fails()
    {
        var order = await ConfirmedAsync();
        var promised = (await PayAsync(order, 40, authorized: true)).Expect(201).Json;

        var failed = (await app.DoAsync(promised, "fail", new JsonObject { ["reason"] = "Expired" })).Expect(200).Json;

        Assert.Equal(("failed", "Expired"), (failed.Status(), failed["failureReason"]!.GetValue<string>()));
        Assert.Equal(("unpaid", 0m, 0m, 0m), await MoneyAsync(order));
        Assert.Equal(failed.ToJsonString(), (await app.DoAsync(promised, "fail")).Expect(200).Json.ToJsonString());
        Assert.Equal("failed", (await app.DoAsync(promised, "capture")).Expect(200).Json.Status());
        (await app.DoAsync(promised, "refund")).Expect(409, "invalid-transition");
    }

    [Fact]
    public async Task Captured_WhenTheOrderIsPaidOtherwise_Fails()
    {
        var order = await ConfirmedAsync();
        var promised = (await PayAsync(order, 40, authorized: true)).Expect(201).Json;
        (await PayAsync(order, 10)).Expect(201);
        Assert.Equal(("partial", 10m, 40m, 0m), await MoneyAsync(order));

        var captured = (await app.DoAsync(promised, "capture")).Expect(200).Json;

        Assert.Equal("failed", captured.Status());
        Assert.Equal(("partial", 10m, 0m, 0m), await MoneyAsync(order));
    }

    [Fact]
    public async Task Refund_InPart_ThenOfTheRest_MovesTheOrder()
    {
        var order = await ConfirmedAsync();
        var (first, second) = ((await PayAsync(order, 30)).Expect(201).Json, (await PayAsync(order, 10)).Expect(201).Json);
        Assert.Equal(("paid", 40m, 0m, 0m), await MoneyAsync(order));
        (await app.DoAsync(first, "refund", new JsonObject { ["amount"] = 30.01m })).Expect(422).ExpectErrors("#/amount max");
        (await app.DoAsync(first, "refund", new JsonObject { ["amount"] = 0.001m })).Expect(422).ExpectErrors("#/amount scale");

        var refunded = (await app.DoAsync(first, "refund", new JsonObject { ["amount"] = 12.5m, ["reason"] = "Scratched" })).Expect(200).Json;

        Assert.Equal(("refunded", 12.5m, "Scratched"), (refunded.Status(), refunded["refundedAmount"]!.GetValue<decimal>(), refunded["refundReason"]!.GetValue<string>()));
        Assert.Equal(("partiallyRefunded", 40m, 0m, 12.5m), await MoneyAsync(order));
        Assert.Equal(refunded.ToJsonString(), (await app.DoAsync(first, "refund", new JsonObject { ["amount"] = 30 })).Expect(200).Json.ToJsonString());
        (await app.DoAsync(second, "refund")).Expect(200);
        Assert.Equal(("partiallyRefunded", 40m, 0m, 22.5m), await MoneyAsync(order));

        // What was paid back may be paid again.
        (await PayAsync(order, 22.51m)).Expect(422).ExpectErrors("#/amount max");
        (await PayAsync(order, 22.5m)).Expect(201);
        Assert.Equal(("paid", 62.5m, 0m, 22.5m), await MoneyAsync(order));
    }

    [Fact]
    public async Task Refund_OfAllThatWasPaid_LeavesACancelledOrderRefunded()
    {
        var order = await ConfirmedAsync();
        var payment = (await PayAsync(order, 40)).Expect(201).Json;
        (await app.DoAsync(order, "cancel")).Expect(200);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => app.DoAsync(payment, "refund")));

        Assert.Equal(("refunded", 40m, 0m, 40m), await MoneyAsync(order));
    }

    [Fact]
    public async Task CaptureAndFail_AtOnce_HaveOneOutcome()
    {
        for (var round = 0; round < 5; round++)
        {
            var order = await ConfirmedAsync();
            var promised = (await PayAsync(order, 40, authorized: true)).Expect(201).Json;

            await Task.WhenAll(app.DoAsync(promised, "capture"), app.DoAsync(promised, "fail"), app.DoAsync(promised, "capture"));

            var settled = await Eventually.GetAsync(async () => (await app.ReadAsync(promised)).Json.Status(), status => status != "pending", "an outcome of the payment");
            var paid = settled == "succeeded" ? 40m : 0m;
            Assert.Equal(
                (paid > 0 ? "paid" : "unpaid", paid, 0m, 0m),
                await Eventually.GetAsync(() => MoneyAsync(order), money => money is (_, _, 0m, _) && money.Paid == paid, "the order's part in it"));
        }
    }

    private async Task<JsonObject> ConfirmedAsync() => await app.SettleAsync(await app.DraftAsync(await app.BuyerAsync(), ((await app.StockedAsync(10)).Product, 4)));

    private Task<Answer> PayAsync(JsonObject order, decimal amount, bool authorized = false) =>
        app.DoAsync(order, "payments", new JsonObject { ["amount"] = amount, ["authorized"] = authorized });

    private async Task<(string Axis, decimal Paid, decimal Authorized, decimal Refunded)> MoneyAsync(JsonObject order)
    {
        var read = (await app.ReadAsync(order)).Expect(200).Json;
        return (read["payment"]!.GetValue<string>(), read["paidTotal"]!.GetValue<decimal>(), read["authorizedTotal"]!.GetValue<decimal>(), read["refundedTotal"]!.GetValue<decimal>());
    }
}
