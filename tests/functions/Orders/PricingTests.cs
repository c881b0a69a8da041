using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Orders;

/// <summary>Where the prices, taxes and rates of an order come from. Each test has products, lists and customers of its own; default lists a currency.</summary>
[Collection(SharedApp.Name)]
public sealed class PricingTests(CrmApp app)
{
    private const string Day = "2026-03-15";

    [Fact]
    public async Task Price_IsOfTheCustomersList_ThenItsParents_ThenTheDefault_ThenTheListPrice()
    {
        var products = new List<JsonObject>();
        for (var i = 0; i < 4; i++)
            products.Add(await app.CreateAsync("products", ("listPrice", 100)));
        await ListAsync("NOK", null, isDefault: true, Entry(products[0], 30), Entry(products[1], 31), Entry(products[2], 32));
        var parent = await ListAsync("NOK", null, isDefault: false, Entry(products[0], 20), Entry(products[1], 21));
        var own = await ListAsync("NOK", parent, isDefault: false, Entry(products[0], 10));
        var customer = await CustomerAsync(own);

        var order = await OrderAsync("NOK", customer, [.. products.Take(3).Select(product => Line(product))]);
        Assert.Equal([(10m, "priceList"), (21m, "priceList"), (32m, "priceList")], Prices(order));
        Assert.Equal(["#/lines/0/unitPrice no-price"], (await PostAsync("NOK", customer, Line(products[3]))).Errors);

        // The customer's list is in another currency: it says nothing here.
        Assert.Equal([(100m, "listPrice")], Prices(await OrderAsync("EUR", customer, Line(products[0]))));
    }

    [Fact]
    public async Task Price_OfAnEnterpriseWithoutAListOfItsOwn_IsOfItsAccounts()
    {
        var (product, other) = (await app.CreateAsync("products", ("listPrice", 100)), await app.CreateAsync("products", ("listPrice", 100)));
        var parent = await ListAsync("EUR", null, isDefault: false, Entry(other, 21));
        var agreed = await ListAsync("EUR", parent, isDefault: false, Entry(product, 20));
        var account = await app.CreateAsync("accounts", ("priceListId", agreed.Id()));
        var customer = (await app.PostAsync("customers", new JsonObject { ["kind"] = "enterprise", ["accountId"] = account.Id() })).Expect(201).Json;

        Assert.Equal([(20m, "priceList"), (21m, "priceList")], Prices(await OrderAsync("EUR", customer, Line(product), Line(other))));
        (await app.PatchAsync(customer, new JsonObject { ["priceListId"] = (await ListAsync("EUR", null, isDefault: false, Entry(product, 10))).Id() })).Expect(200);
        Assert.Equal([(10m, "priceList"), (100m, "listPrice")], Prices(await OrderAsync("EUR", customer, Line(product), Line(other))));
        (await app.DeleteAsync(agreed)).Expect(409, "in-use");
    }

    [Fact]
    public async Task Price_OfTheOrdersOwnList_ComesFirst_AndItsCurrencyIsTheOrders()
    {
        var product = await app.CreateAsync("products");
        var agreed = await ListAsync("EUR", null, isDefault: false, Entry(product, 7));
        var customer = await CustomerAsync(await ListAsync("EUR", null, isDefault: false, Entry(product, 9)));

        Assert.Equal([(9m, "priceList")], Prices(await OrderAsync("EUR", customer, Line(product))));
        Assert.Equal([(7m, "priceList")], Prices((await PostAsync("EUR", customer, [Line(product)], ("priceListId", agreed.Id()))).Expect(201).Json));
        Assert.Equal(["#/priceListId currency"], (await PostAsync("NOK", customer, [Line(product, unitPrice: 1)], ("priceListId", agreed.Id()))).Errors);
    }

    [Theory]
    [InlineData(0.5, 10)]
    [InlineData(9.9, 10)]
    [InlineData(10, 9)]
    [InlineData(99, 9)]
    [InlineData(100, 8)]
    public async Task Price_FollowsTheQuantity(decimal quantity, decimal price)
    {
        var product = await app.CreateAsync("products");
        var list = await ListAsync("EUR", null, isDefault: false, Entry(product, 10), Entry(product, 9, 10), Entry(product, 8, 100));

        var order = await OrderAsync("EUR", await CustomerAsync(list), Line(product, quantity));
        Assert.Equal([(price, "priceList")], Prices(order));

        // And goes on following it, in a draft.
        var line = order["lines"]![0]!.DeepClone();
        line["quantity"] = 100;
        Assert.Equal([(8m, "priceList")], Prices((await app.PatchAsync(order, new JsonObject { ["lines"] = new JsonArray(line) })).Expect(200).Json));
    }

    [Theory]
    [InlineData("2026-02-28", 100)]
    [InlineData("2026-03-01", 10)]
    [InlineData("2026-03-31", 10)]
    [InlineData("2026-04-01", 100)]
    public async Task Price_IsValidFromItsFirstToItsLastDay(string date, decimal price)
    {
        var product = await app.CreateAsync("products", ("listPrice", 100));
        var entry = Entry(product, 10);
        (entry["validFrom"], entry["validTo"]) = ("2026-03-01", "2026-03-31");

        var customer = await CustomerAsync(await ListAsync("EUR", null, isDefault: false, entry));

        Assert.Equal(price, Prices((await PostAsync("EUR", customer, [Line(product)], ("orderDate", date))).Expect(201).Json)[0].Price);
    }

    [Fact]
    public async Task DefaultList_OfACurrency_IsOneAtATime()
    {
        var first = await ListAsync("DKK", null, isDefault: true);

        Assert.Equal("duplicate", (await app.PostAsync("price-lists", new JsonObject { ["name"] = CrmApp.Unique("list"), ["currency"] = "DKK", ["isDefault"] = true })).Code);
        (await app.PatchAsync(first, new JsonObject { ["isDefault"] = false })).Expect(200);
        await ListAsync("DKK", null, isDefault: true);
    }

    [Fact]
    public async Task PriceList_AgainstTheRules_NamesWhatIsWrong()
    {
        var product = await app.CreateAsync("products");
        var parent = await ListAsync("EUR", null, isDefault: false);
        var body = new JsonObject { ["name"] = CrmApp.Unique("list"), ["currency"] = "USD", ["parentId"] = parent.Id(), ["entries"] = new JsonArray(Entry(product, 1), Entry(product, 2)) };

        (await app.PostAsync("price-lists", body)).Expect(422).ExpectErrors("#/parentId currency", "#/entries/1 duplicate-element");
        Assert.Equal(["#/parentId cycle"], (await app.PatchAsync(parent, new JsonObject { ["parentId"] = parent.Id() })).Errors);
    }

    [Fact]
    public async Task Tax_IsThatOfTheMostSpecificPlaceAndTheNewestRate()
    {
        var taxed = await TaxClassAsync(
            """[{"percent":1},{"country":"DE","percent":16},{"country":"DE","percent":19,"validFrom":"2021-01-01"},{"country":"DE","percent":21,"validFrom":"2027-01-01"},{"country":"US","region":"New York","percent":8.875}]""");
        var product = await app.CreateAsync("products", ("listPrice", 100), ("taxClassId", taxed.Id()));

        Assert.Equal(19m, await TaxAsync("DE", null));
        Assert.Equal(8.875m, await TaxAsync("US", "new york"));
        Assert.Equal(1m, await TaxAsync("US", "Texas"));
        Assert.Equal(1m, await TaxAsync("FR", null));

        async Task<decimal> TaxAsync(string country, string? region)
        {
            var order = (await PostAsync("EUR", await CustomerAsync(), [Line(product)],
                ("billingAddress", new JsonObject { ["country"] = "JP" }), ("shippingAddress", new JsonObject { ["country"] = country, ["region"] = region }))).Expect(201).Json;
            return order["lines"]![0]!["taxPercent"]!.GetValue<decimal>();
        }
    }

    [Fact]
    public async Task Tax_IsBrokenDownByClass_ShippingIncluded()
    {
        var (full, reduced) = (await TaxClassAsync("""[{"country":"DE","percent":19}]"""), await TaxClassAsync("""[{"country":"DE","percent":7}]"""));
        var (machine, book) = (await app.CreateAsync("products", ("listPrice", 100), ("taxClassId", full.Id())), await app.CreateAsync("products", ("listPrice", 10), ("taxClassId", reduced.Id())));
        static (string, JsonNode?) InGermany() => ("billingAddress", new JsonObject { ["country"] = "DE" });

        var order = (await PostAsync("EUR", await CustomerAsync(), [Line(machine), Line(book)], InGermany(), ("shippingAmount", 5), ("shippingTaxClassId", full.Id()))).Expect(201).Json;

        // 19 % of 100 and of 5 is 19.00 and 0.95; 7 % of 10 is 0.70.
        Assert.Equal((20.65m, 135.65m), (order["taxTotal"]!.GetValue<decimal>(), order["grandTotal"]!.GetValue<decimal>()));
        var expected = new JsonArray(
            new JsonObject { ["percent"] = 7, ["base"] = 10, ["tax"] = 0.7m, ["taxClassId"] = reduced.Id() },
            new JsonObject { ["percent"] = 19, ["base"] = 105, ["tax"] = 19.95m, ["taxClassId"] = full.Id() });
        Expectations.ExpectSame(expected, order["taxBreakdown"], "taxBreakdown");

        var exempt = (await PostAsync("EUR", await app.CreateAsync("customers", ("taxExempt", true)), [Line(machine)], InGermany())).Expect(201).Json;
        Assert.Equal((0m, 100m), (exempt["taxTotal"]!.GetValue<decimal>(), exempt["grandTotal"]!.GetValue<decimal>()));
    }

    [Fact]
    public async Task Rate_IsTheNewestOnOrBeforeTheDay_AndNothingIsAddedUpWithoutOne()
    {
        foreach (var (date, rate) in new[] { ("2026-03-01", 0.02m), (Day, 0.0201m), ("2026-03-16", 0.03m) })
            (await app.PostAsync("exchange-rates", new JsonObject { ["currency"] = "CZK", ["date"] = date, ["rate"] = rate })).Expect(201);
        var (product, customer) = (await app.CreateAsync("products"), await CustomerAsync());

        var order = await OrderAsync("CZK", customer, Line(product, unitPrice: 1234.56m));
        Assert.Equal((0.0201m, 24.81m), (order["exchangeRate"]!.GetValue<decimal>(), order["baseGrandTotal"]!.GetValue<decimal>()));

        var unknown = (await PostAsync("CZK", customer, [Line(product, unitPrice: 5)], ("orderDate", "2026-02-28"))).Expect(201).Json;
        Assert.False(unknown.ContainsKey("exchangeRate") || unknown.ContainsKey("baseGrandTotal"));
        Assert.Equal(1m, (await OrderAsync("EUR", customer, Line(product)))["exchangeRate"]!.GetValue<decimal>());
        Assert.Equal(["#/currency base-currency"], (await app.PostAsync("exchange-rates", new JsonObject { ["currency"] = "EUR", ["date"] = Day, ["rate"] = 1 })).Errors);
    }

    [Fact]
    public async Task Draft_OfPricesInABaseCurrencyList_TakesOneRoundForEachKindOfTerm()
    {
        var (product, customer) = (await app.CreateAsync("products"), await CustomerAsync());
        await OrderAsync("EUR", customer, Line(product));
        var before = app.RoundTrips.Count;

        await OrderAsync("EUR", customer, Line(product));

        // Customer and product together, the account of a customer without a list, the default list's reservation, the batch.
        Assert.InRange(app.RoundTrips.Count - before, 4, 5);
    }

    private static List<(decimal Price, string Source)> Prices(JsonObject order) =>
        [.. order["lines"]!.AsArray().Select(line => (line!["unitPrice"]!.GetValue<decimal>(), line["priceSource"]!.GetValue<string>()))];

    private static JsonObject Line(JsonObject product, decimal quantity = 1, decimal? unitPrice = null) =>
        new() { ["productId"] = product.Id(), ["quantity"] = quantity, ["unitPrice"] = unitPrice };

    private static JsonObject Entry(JsonObject product, decimal price, decimal minQuantity = 1) =>
        new() { ["productId"] = product.Id(), ["minQuantity"] = minQuantity, ["price"] = price };

    private async Task<JsonObject> ListAsync(string currency, JsonObject? parent, bool isDefault, params JsonNode[] entries) =>
        (await app.PostAsync("price-lists", new JsonObject { ["name"] = CrmApp.Unique("list"), ["currency"] = currency, ["parentId"] = parent?.Id(), ["isDefault"] = isDefault, ["entries"] = new JsonArray(entries) })).Expect(201).Json;

    private async Task<JsonObject> TaxClassAsync(string rates) =>
        (await app.PostAsync("tax-classes", new JsonObject { ["name"] = CrmApp.Unique("tax"), ["rates"] = JsonNode.Parse(rates) })).Expect(201).Json;

    private Task<JsonObject> CustomerAsync(JsonObject? list = null) => app.CreateAsync("customers", ("priceListId", list?.Id()), ("taxExempt", false));

    private async Task<JsonObject> OrderAsync(string currency, JsonObject customer, params JsonNode[] lines) => (await PostAsync(currency, customer, lines)).Expect(201).Json;

    private Task<Answer> PostAsync(string currency, JsonObject customer, JsonNode line) => PostAsync(currency, customer, [line]);

    private Task<Answer> PostAsync(string currency, JsonObject customer, JsonNode[] lines, params (string Field, JsonNode? Value)[] fields)
    {
        var body = new JsonObject { ["customerId"] = customer.Id(), ["currency"] = currency, ["orderDate"] = Day, ["lines"] = new JsonArray(lines) };
        foreach (var (field, value) in fields)
            body[field] = value;

        return app.PostAsync("orders", body);
    }
}
