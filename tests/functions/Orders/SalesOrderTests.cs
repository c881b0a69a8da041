using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Orders;

[Collection(SharedApp.Name)]
public sealed class SalesOrderTests(CrmApp app)
{
    [Fact]
    public async Task Create_PricesItsLinesAndAddsThemUp()
    {
        var sample = await app.SampleAsync("orders");
        sample["lines"]![1]!["unitPrice"] = 99.995m;
        var order = (await app.PostAsync("orders", sample)).Expect(201).Json;

        // 12 × 129.95 = 1559.40 − 77.97; 2.5 × 99.995 = 249.99 − 10; 480. Of 2201.42, 2.5 % is 55.04: 37.04, 6.00 and 12.00.
        var lines = order["lines"]!.AsArray();
        Assert.Equal([(1, 1444.39m), (2, 233.99m), (3, 468.00m)], lines.Select(line => ((int)line!["lineNumber"]!, (decimal)line["net"]!)));
        Assert.Equal(["listPrice", "manual", "manual"], lines.Select(line => (string?)line!["priceSource"]));
        Assert.Equal(3, lines.Select(line => (string)line!["id"]!).Where(id => id.Length > 0).Distinct().Count());
        var totals = new[] { "subtotal", "lineDiscountTotal", "orderDiscountTotal", "shippingTotal", "taxTotal", "grandTotal" }.Select(total => (decimal)order[total]!);
        Assert.Equal([2289.39m, 87.97m, 55.04m, 49.90m, 0m, 2196.28m], totals);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""[{"percent":0,"base":2196.28,"tax":0}]"""), order["taxBreakdown"]));
        Assert.Equal(("draft", "unfulfilled", "unpaid", "notInvoiced"), ((string?)order["status"], (string?)order["fulfillment"], (string?)order["payment"], (string?)order["invoicing"]));
        Assert.False(order.ContainsKey("orderNumber"));
    }

    [Fact]
    public async Task Create_CopiesWhatTheProductSays()
    {
        var order = await app.CreateAsync("orders");
        var (product, line) = (await app.SendAsync("GET", $"/api/v1/products/{order["lines"]![0]!["productId"]}"), order["lines"]![0]!);

        Assert.Equal(((string?)product.Json["sku"], (string?)product.Json["name"], "each"), ((string?)line["sku"], (string?)line["name"], (string?)line["unit"]));
        Assert.Equal("m", (string?)order["lines"]![1]!["unit"]);
        Assert.False(order["lines"]![2]!.AsObject().ContainsKey("sku"));
    }

    [Fact]
    public async Task Create_WithCustomerAndCurrencyAlone_IsDatedToday()
    {
        var before = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);

        var order = await OrderAsync();

        Assert.InRange(DateOnly.Parse((string)order["orderDate"]!, CultureInfo.InvariantCulture), before, before.AddDays(1));
        Assert.Equal(0m, (decimal)order["grandTotal"]!);
    }

    [Theory]
    [InlineData("""{ "writeInDescription": "x", "quantity": 1 }""", "#/lines/0/unitPrice no-price")]
    [InlineData("""{ "quantity": 1, "unitPrice": 1 }""", "#/lines/0/productId required")]
    [InlineData("""{ "writeInDescription": "x", "quantity": 0, "unitPrice": 1 }""", "#/lines/0/quantity min")]
    [InlineData("""{ "writeInDescription": "x", "quantity": 0.00001, "unitPrice": 1 }""", "#/lines/0/quantity scale")]
    [InlineData("""{ "writeInDescription": "x", "quantity": 1, "unitPrice": 1, "discountPercent": 1, "discountAmount": 1 }""", "#/lines/0/discountAmount not-allowed")]
    [InlineData("""{ "writeInDescription": "x", "quantity": 2, "unitPrice": 1, "discountAmount": 2.01 }""", "#/lines/0/discountAmount max")]
    [InlineData("""{ "writeInDescription": "x", "quantity": 2, "unitPrice": 1, "discountAmount": 0.005 }""", "#/lines/0/discountAmount scale")]
    [InlineData("""{ "writeInDescription": "x", "quantity": 900000000000, "unitPrice": 900000000000 }""", "#/lines/0/quantity max")]
    [InlineData("""{ "writeInDescription": "x", "quantity": 1, "unitPrice": 1, "lineNumber": 1 }""", "#/lines/0/lineNumber read-only")]
    [InlineData("""{ "productId": "nothing", "quantity": 1 }""", "#/lines/0/productId unknown-reference")]
    public async Task Create_WithALineAgainstTheRules_NamesIt(string line, string error)
    {
        var refused = await PostAsync(("lines", new JsonArray(JsonNode.Parse(line))));

        Assert.Equal((HttpStatusCode.UnprocessableEntity, error), (refused.Status, Assert.Single(refused.Errors)));
    }

    [Fact]
    public async Task Create_WithAnAmountAgainstTheRules_NamesIt()
    {
        var line = JsonNode.Parse("""[{ "writeInDescription": "x", "quantity": 1, "unitPrice": 10 }]""")!;

        Assert.Equal(["#/discountAmount max"], (await PostAsync(("lines", line.DeepClone()), ("discountAmount", 10.01m))).Errors);
        Assert.Equal(["#/discountAmount not-allowed"], (await PostAsync(("discountPercent", 1), ("discountAmount", 1))).Errors);
        Assert.Equal(["#/shippingAmount scale"], (await PostAsync(("currency", "JPY"), ("shippingAmount", 0.5m))).Errors);
        Assert.Equal(["#/requestedDeliveryDate min"], (await PostAsync(("orderDate", "2026-05-02"), ("requestedDeliveryDate", "2026-05-01"))).Errors);
        Assert.Equal(["#/currency required"], (await PostAsync(("currency", null))).Errors);
        var many = new JsonArray([.. Enumerable.Range(0, 2).Select(_ => JsonNode.Parse("""{ "writeInDescription": "x", "quantity": 1000000, "unitPrice": 999999 }"""))]);
        Assert.Equal(["#/lines max"], (await PostAsync(("lines", many))).Errors);
    }

    [Fact]
    public async Task ListPrices_InAnotherCurrency_AreNotTaken()
    {
        var product = await app.CreateAsync("products");
        JsonArray Lines(decimal? price) => [new JsonObject { ["productId"] = product["id"]!.DeepClone(), ["quantity"] = 1, ["unitPrice"] = price }];

        Assert.Equal(["#/lines/0/unitPrice no-price"], (await PostAsync(("currency", "USD"), ("lines", Lines(null)))).Errors);
        var order = (await PostAsync(("currency", "USD"), ("lines", Lines(150m)))).Json;
        Assert.Equal(150m, (decimal)order["grandTotal"]!);

        var listed = (await PostAsync(("lines", Lines(null)))).Json;
        Assert.Equal(["#/lines/0/unitPrice no-price"], (await PatchAsync(listed, ("currency", "USD"))).Errors);
    }

    [Fact]
    public async Task Lines_KeepTheirIdAndNumberOverUpdates_AndTheirPriceIsLookedUpAnew()
    {
        var order = await app.CreateAsync("orders");
        var (first, second) = (order["lines"]![0]!, order["lines"]![1]!);
        var product = (string)first["productId"]!;
        await app.SendAsync("PATCH", $"/api/v1/products/{product}", new JsonObject { ["listPrice"] = 1, ["name"] = "Renamed" }, ("If-Match", "*"));

        var lines = new JsonArray(
            new JsonObject { ["writeInDescription"] = "New", ["quantity"] = 1, ["unitPrice"] = 5 },
            new JsonObject { ["id"] = second["id"]!.DeepClone(), ["productId"] = second["productId"]!.DeepClone(), ["quantity"] = 3, ["unitPrice"] = second["unitPrice"]!.DeepClone() },
            new JsonObject { ["id"] = first["id"]!.DeepClone(), ["productId"] = product, ["quantity"] = 1, ["unitPrice"] = first["unitPrice"]!.DeepClone() });
        var patched = (await PatchAsync(order, ("lines", lines))).Json["lines"]!.AsArray();

        Assert.Equal([4, 2, 1], patched.Select(line => (int)line!["lineNumber"]!));
        Assert.Equal([(string)second["id"]!, (string)first["id"]!], patched.Skip(1).Select(line => (string)line!["id"]!));
        Assert.Equal(("Marine diesel filter", 1m, "listPrice"), ((string?)patched[2]!["name"], (decimal)patched[2]!["unitPrice"]!, (string?)patched[2]!["priceSource"]));

        // Another than the one that was looked up is set by hand, and stays.
        lines[2]!["unitPrice"] = 1.01m;
        patched = (await PatchAsync(order, ("lines", lines.DeepClone()))).Json["lines"]!.AsArray();
        Assert.Equal((1.01m, "manual"), ((decimal)patched[2]!["unitPrice"]!, (string?)patched[2]!["priceSource"]));

        lines[2]!.AsObject().Remove("unitPrice");
        Assert.Equal(1m, (decimal)(await PatchAsync(order, ("lines", lines.DeepClone()))).Json["lines"]![2]!["unitPrice"]!);
    }

    [Fact]
    public async Task Replace_WithWhatWasRead_MakesNoVersion()
    {
        var order = await app.CreateAsync("orders");

        var same = await app.SendAsync("PUT", $"/api/v1/orders/{order["id"]}", order, ("If-Match", (string)order["etag"]!));

        Assert.Equal((HttpStatusCode.OK, "\"1\""), (same.Status, same.ETag));
    }

    [Fact]
    public async Task Patch_OfWhatPricesDoNotDependOn_ReadsTheOrderAlone()
    {
        var order = await app.CreateAsync("orders");
        var before = app.RoundTrips.Count;

        await PatchAsync(order, ("customerReference", "PO 2"));

        Assert.Equal(2, app.RoundTrips.Count - before);
    }

    [Fact]
    public async Task Delete_OfADraft_SucceedsAndOfWhatItRefersTo_Returns409()
    {
        var order = await app.CreateAsync("orders");

        foreach (var used in new[] { $"customers/{order["customerId"]}", $"products/{order["lines"]![0]!["productId"]}" })
            Assert.Equal("in-use", (await app.SendAsync("DELETE", $"/api/v1/{used}", null, ("If-Match", "*"))).Code);
        Assert.Equal(HttpStatusCode.NoContent, (await app.SendAsync("DELETE", $"/api/v1/orders/{order["id"]}", null, ("If-Match", "*"))).Status);
    }

    [Fact]
    public async Task Delete_OfItsContact_TakesTheContactOutOfTheOrder()
    {
        var order = await app.CreateAsync("orders", ("opportunityId", null));

        Assert.Equal(HttpStatusCode.NoContent, (await app.SendAsync("DELETE", $"/api/v1/contacts/{order["contactId"]}", null, ("If-Match", "*"))).Status);

        var unlinked = (await app.SendAsync("GET", $"/api/v1/orders/{order["id"]}")).Json;
        Assert.False(unlinked.ContainsKey("contactId"));
        Assert.True(JsonNode.DeepEquals(order["lines"], unlinked["lines"]));
    }

    private async Task<JsonObject> OrderAsync(params (string Field, JsonNode? Value)[] fields)
    {
        var created = await PostAsync(fields);
        Assert.True(created.Status == HttpStatusCode.Created, created.Text);
        return created.Json;
    }

    private async Task<Answer> PostAsync(params (string Field, JsonNode? Value)[] fields)
    {
        var body = new JsonObject { ["customerId"] = (await app.CreateAsync("customers"))["id"]!.DeepClone(), ["currency"] = "EUR" };
        foreach (var (field, value) in fields)
            body[field] = value;

        return await app.SendAsync("POST", "/api/v1/orders", body);
    }

    private Task<Answer> PatchAsync(JsonObject order, params (string Field, JsonNode? Value)[] fields) =>
        app.SendAsync("PATCH", $"/api/v1/orders/{order["id"]}", new JsonObject(fields.Select(field => KeyValuePair.Create(field.Field, field.Value))), ("If-Match", "*"));
}
