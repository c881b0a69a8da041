using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Orders;

/// <summary>Who may set a price that the price search does not give.</summary>
[Collection(SharedApp.Name)]
public sealed class PriceOverrideTests(CrmApp app)
{
    [Fact]
    public async Task Price_OtherThanTheOneFound_TakesTheRight()
    {
        var (product, customer) = (await app.CreateAsync("products", ("listPrice", 100)), await app.BuyerAsync());
        using var sales = await app.ClientForAsync("sales");
        using var manager = await app.ClientForAsync("manager");

        (await CreateAsync(sales, customer, Line(product, 99))).Expect(403, "forbidden").ExpectErrors("#/lines/0/unitPrice forbidden");
        (await CreateAsync(sales, customer, Line(product), Line(product, 101))).Expect(403, "forbidden").ExpectErrors("#/lines/1/unitPrice forbidden");
        Assert.Equal((99m, "manual"), Priced((await CreateAsync(manager, customer, Line(product, 99))).Expect(201).Json));

        // What the search gives is no other price, and what is in no catalog has none.
        Assert.Equal((100m, "listPrice"), Priced((await CreateAsync(sales, customer, Line(product, 100))).Expect(201).Json));
        (await CreateAsync(sales, customer, new JsonObject { ["writeInDescription"] = "Work", ["quantity"] = 1, ["unitPrice"] = 80 })).Expect(201);
    }

    [Fact]
    public async Task Price_WithoutAnyFound_TakesTheRightToo()
    {
        var (product, customer) = (await app.CreateAsync("products"), await app.BuyerAsync());
        using var sales = await app.ClientForAsync("sales");

        var body = Body(customer, Line(product, 5));
        body["currency"] = "HUF";
        (await sales.SendAsync("POST", "/api/v1/orders", body)).Expect(403, "forbidden").ExpectErrors("#/lines/0/unitPrice forbidden");
    }

    [Fact]
    public async Task Price_ThatSomebodyWithTheRightHasSet_StaysWhoeverChangesTheRest()
    {
        var (product, customer) = (await app.CreateAsync("products", ("listPrice", 100)), await app.BuyerAsync());
        var (user, sales) = await app.NewUserAsync("sales");
        using var _ = sales;
        var order = (await app.PostAsync("orders", With(Body(customer, Line(product, 90)), "ownerId", user.Id()))).Expect(201).Json;

        var lines = order["lines"]!.DeepClone().AsArray();
        (lines[0]!["quantity"], lines[0]!["discountPercent"]) = (2, 5);
        order = (await sales.SendAsync("PATCH", order.Path(), new JsonObject { ["lines"] = lines.DeepClone() }, order.IfMatch())).Expect(200).Json;
        Assert.Equal((90m, "manual"), Priced(order));

        lines = order["lines"]!.DeepClone().AsArray();
        lines[0]!["unitPrice"] = 89;
        (await sales.SendAsync("PATCH", order.Path(), new JsonObject { ["lines"] = lines.DeepClone() }, order.IfMatch())).Expect(403).ExpectErrors("#/lines/0/unitPrice forbidden");
        (await sales.SendAsync("PATCH", order.Path(), new JsonObject { ["currency"] = "HUF" }, order.IfMatch())).Expect(403).ExpectErrors("#/lines/0/unitPrice forbidden");
        lines[0]!["unitPrice"] = null;
        order = (await sales.SendAsync("PATCH", order.Path(), new JsonObject { ["lines"] = lines }, order.IfMatch())).Expect(200).Json;
        Assert.Equal((100m, "listPrice"), Priced(order));
        (await sales.SendAsync("POST", $"{order.Path()}/submit")).Expect(202);
    }

    private static Task<Answer> CreateAsync(HttpClient client, JsonObject customer, params JsonObject[] lines) => client.SendAsync("POST", "/api/v1/orders", Body(customer, lines));

    private static JsonObject Body(JsonObject customer, params JsonObject[] lines) =>
        new() { ["customerId"] = customer.Id(), ["currency"] = "EUR", ["lines"] = new JsonArray([.. lines]) };

    private static JsonObject With(JsonObject body, string field, JsonNode value)
    {
        body[field] = value;
        return body;
    }

    private static JsonObject Line(JsonObject product, decimal? unitPrice = null) => new() { ["productId"] = product.Id(), ["quantity"] = 1, ["unitPrice"] = unitPrice };

    private static (decimal Price, string Source) Priced(JsonObject order) =>
        (order["lines"]![0]!["unitPrice"]!.GetValue<decimal>(), order["lines"]![0]!["priceSource"]!.GetValue<string>());
}
