using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Orders;

/// <summary>What becomes of goods on their way, and of those that come back.</summary>
[Collection(SharedApp.Name)]
public sealed class ShipmentTests(CrmApp app)
{
    [Fact]
    public async Task Delivered_IsSoOnce()
    {
        var (_, shipment, _) = await ShippedAsync(3);

        var delivered = (await app.DoAsync(shipment, "deliver")).Expect(200).Json;

        Assert.Equal("delivered", delivered.Status());
        Assert.Equal(delivered.ToJsonString(), (await app.DoAsync(shipment, "deliver")).Expect(200).Json.ToJsonString());
        (await app.DoAsync(shipment, "fail", new JsonObject { ["reason"] = "Lost" })).Expect(409, "invalid-transition");
    }

    [Fact]
    public async Task Return_BringsTheGoodsBackIntoStock_Once()
    {
        var (order, shipment, item) = await ShippedAsync(3);
        Assert.Equal((7m, 0m), await app.StockAsync(item));

        var returned = (await app.DoAsync(shipment, "return", new JsonObject { ["reason"] = "Too small" })).Expect(200).Json;

        Assert.Equal(("returned", "Too small", 3m), (returned.Status(), returned["returnReason"]!.GetValue<string>(), returned["returnedLines"]![0]!["quantity"]!.GetValue<decimal>()));
        Assert.Equal(returned.ToJsonString(), (await app.DoAsync(shipment, "return")).Expect(200).Json.ToJsonString());
        Assert.Equal((10m, 0m), await app.StockAsync(item));
        var movement = Assert.Single((await app.SendAsync("GET", $"{item.Path()}/movements")).Expect(200).Json["value"]!.AsArray(), moved => moved!["kind"]!.GetValue<string>() == "return")!;
        Assert.Equal((3m, order.Id()), (movement["quantity"]!.GetValue<decimal>(), movement["orderId"]!.GetValue<string>()));
        order = (await app.ReadAsync(order)).Json;
        Assert.Equal(("returned", 3m), (order["fulfillment"]!.GetValue<string>(), order["lines"]![0]!["quantityReturned"]!.GetValue<decimal>()));
        Assert.Equal("returned", (await app.DoAsync(shipment, "deliver")).Expect(200).Json.Status());
    }

    [Fact]
    public async Task Return_OfAPart_LeavesTheRestWithTheCustomer()
    {
        var (order, shipment, item) = await ShippedAsync(3);
        (await app.DoAsync(shipment, "deliver")).Expect(200);
        var line = shipment["lines"]![0]!["lineId"]!.GetValue<string>();

        (await app.DoAsync(shipment, "return", Lines(line, 3.5m))).Expect(422).ExpectErrors("#/lines/0/quantity max");
        (await app.DoAsync(shipment, "return", Lines("other", 1))).Expect(422).ExpectErrors("#/lines/0/lineId unknown-line");
        (await app.DoAsync(shipment, "return", Lines(line, 1))).Expect(200);

        Assert.Equal((8m, 0m), await app.StockAsync(item));
        order = (await app.ReadAsync(order)).Json;
        Assert.Equal(("fulfilled", 1m), (order["fulfillment"]!.GetValue<string>(), order["lines"]![0]!["quantityReturned"]!.GetValue<decimal>()));
        (await app.DoAsync(order, "cancel")).Expect(409, "invalid-state");
    }

    [Fact]
    public async Task Lost_StaysOutOfStock_UntilItComesBack()
    {
        var (_, shipment, item) = await ShippedAsync(3);

        var failed = (await app.DoAsync(shipment, "fail", new JsonObject { ["reason"] = "Lost in Bremen" })).Expect(200).Json;

        Assert.Equal(("failed", "Lost in Bremen"), (failed.Status(), failed["failureReason"]!.GetValue<string>()));
        Assert.Equal(failed.ToJsonString(), (await app.DoAsync(shipment, "fail")).Expect(200).Json.ToJsonString());
        (await app.DoAsync(shipment, "deliver")).Expect(409, "invalid-transition");
        Assert.Equal((7m, 0m), await app.StockAsync(item));
        (await app.DoAsync(shipment, "return")).Expect(200);
        Assert.Equal((10m, 0m), await app.StockAsync(item));
    }

    [Fact]
    public async Task Cancel_OnceEverythingSentCameBack_ReleasesTheRest()
    {
        var (product, item) = await app.StockedAsync(10);
        var order = await app.SettleAsync(await app.DraftAsync(await app.BuyerAsync(), (product, 4)));
        var shipment = (await app.DoAsync(order, "shipments", Lines(order["lines"]![0]!.Id(), 1))).Expect(201).Json;
        (await app.DoAsync(order, "cancel")).Expect(409, "invalid-state");
        (await app.DoAsync(shipment, "return")).Expect(200);
        Assert.Equal((10m, 3m), await app.StockAsync(item));

        var cancelled = (await app.DoAsync(order, "cancel")).Expect(200).Json;

        Assert.Equal(("cancelled", "returned"), (cancelled.Status(), cancelled["fulfillment"]!.GetValue<string>()));
        Assert.Equal((10m, 0m), await app.StockAsync(item));
    }

    [Fact]
    public async Task Return_WhereItsStockItemIsGone_SaysSoFirst()
    {
        var (_, shipment, item) = await ShippedAsync(10);
        (await app.DeleteAsync((await app.ReadAsync(item)).Json)).Expect(204);

        (await app.DoAsync(shipment, "return")).Expect(422).ExpectErrors("#/lines/0/lineId no-stock-item");
        (await app.SendAsync("POST", $"{item.Path()}/restore")).Expect(200);
        (await app.DoAsync(shipment, "return")).Expect(200);

        Assert.Equal((10m, 0m), await app.StockAsync(item));
    }

    private async Task<(JsonObject Order, JsonObject Shipment, JsonObject Item)> ShippedAsync(decimal quantity)
    {
        var (product, item) = await app.StockedAsync(10);
        var order = await app.SettleAsync(await app.DraftAsync(await app.BuyerAsync(), (product, quantity)));
        return (order, (await app.DoAsync(order, "shipments")).Expect(201).Json, item);
    }

    private static JsonObject Lines(string line, decimal quantity) => new() { ["lines"] = new JsonArray(new JsonObject { ["lineId"] = line, ["quantity"] = quantity }) };
}
