using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Orders;

/// <summary>What tests of orders need over and over: products in stock, customers, drafts, and the decision on them.</summary>
internal static class Ordering
{
    /// <summary>A product with so many in the main warehouse.</summary>
    public static async Task<(JsonObject Product, JsonObject Item)> StockedAsync(this CrmApp app, decimal quantity, decimal price = 10, params (string, JsonNode?)[] fields)
    {
        var product = (await app.PostAsync("products", new JsonObject([KeyValuePair.Create<string, JsonNode?>("sku", CrmApp.Unique("sku")), new("name", "Pump"), new("listPrice", price),
            .. fields.Select(field => KeyValuePair.Create(field.Item1, field.Item2))]))).Expect(201).Json;
        var item = (await app.PostAsync("stock-items", new JsonObject { ["productId"] = product.Id() })).Expect(201).Json;
        if (quantity > 0)
            await app.ReceiveAsync(item, quantity);
        return (product, item);
    }

    public static async Task ReceiveAsync(this CrmApp app, JsonObject item, decimal quantity) =>
        (await app.SendAsync("POST", $"{item.Path()}/movements", new JsonObject { ["kind"] = "receipt", ["quantity"] = quantity })).Expect(201);

    public static async Task<JsonObject> BuyerAsync(this CrmApp app, decimal? creditLimit = null)
    {
        var contact = (await app.PostAsync("contacts", new JsonObject { ["lastName"] = "Buyer" })).Expect(201).Json;
        return (await app.PostAsync("customers", new JsonObject { ["kind"] = "individual", ["contactId"] = contact.Id(), ["creditLimit"] = creditLimit })).Expect(201).Json;
    }

    public static async Task<JsonObject> DraftAsync(this CrmApp app, JsonObject customer, params (JsonObject Product, decimal Quantity)[] lines) => (await app.PostAsync("orders", new JsonObject
    {
        ["customerId"] = customer.Id(),
        ["currency"] = "EUR",
        ["lines"] = new JsonArray([.. lines.Select(line => new JsonObject { ["productId"] = line.Product.Id(), ["quantity"] = line.Quantity })]),
    })).Expect(201).Json;

    /// <summary>A shipment, a payment and an invoice of one order, by collection.</summary>
    public static async Task<IReadOnlyDictionary<string, JsonObject>> PartsAsync(this CrmApp app)
    {
        var order = await app.SettleAsync(await app.DraftAsync(await app.BuyerAsync(), ((await app.StockedAsync(2)).Product, 2)));
        return new Dictionary<string, JsonObject>
        {
            ["shipments"] = (await app.DoAsync(order, "shipments")).Expect(201).Json,
            ["payments"] = (await app.DoAsync(order, "payments", new JsonObject { ["amount"] = 1 })).Expect(201).Json,
            ["invoices"] = (await app.DoAsync(order, "invoice")).Expect(201).Json,
        };
    }

    public static Task<Answer> DoAsync(this CrmApp app, JsonObject order, string action, JsonNode? body = null, params (string, string)[] headers) =>
        app.SendAsync("POST", $"{order.Path()}/{action}", body, headers);

    /// <summary>Submits an order and waits for the decision on it.</summary>
    public static async Task<JsonObject> SettleAsync(this CrmApp app, JsonObject order, string action = "submit")
    {
        (await app.DoAsync(order, action)).Expect(202);
        return await app.SettledAsync(order);
    }

    public static async Task<JsonObject> SettledAsync(this CrmApp app, JsonObject order) => await Eventually.GetAsync(
        async () => (await app.ReadAsync(order)).Expect(200).Json, read => read["status"]!.GetValue<string>() != "submitted", "a decision on the order");

    public static async Task<(decimal OnHand, decimal Reserved)> StockAsync(this CrmApp app, JsonObject item)
    {
        var read = (await app.ReadAsync(item)).Expect(200).Json;
        Assert.Equal(read["onHand"]!.GetValue<decimal>() - read["reserved"]!.GetValue<decimal>(), read["available"]!.GetValue<decimal>());
        return (read["onHand"]!.GetValue<decimal>(), read["reserved"]!.GetValue<decimal>());
    }

    public static string Status(this JsonObject order) => order["status"]!.GetValue<string>();

    /// <summary>Every event that a record's changes announced, oldest first.</summary>
    public static async Task<IReadOnlyList<string>> EventsAsync(this CrmApp app, JsonObject record) => [.. (await app.DocumentsAsync(record))
        .Where(document => (string?)document["kind"] == "change")
        .OrderBy(change => change["version"]!.GetValue<int>())
        .SelectMany(change => change["events"]!.AsArray())
        .Select(name => name!.GetValue<string>())];
}
