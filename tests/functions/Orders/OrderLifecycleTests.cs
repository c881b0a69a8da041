using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Orders;

/// <summary>Orders from draft to the end, through the queue as it runs.</summary>
[Collection(SharedApp.Name)]
public sealed class OrderLifecycleTests(CrmApp app)
{
    [Fact]
    public async Task Submit_ReservesNumbersAndConfirms()
    {
        var (product, item) = await app.StockedAsync(10);
        var draft = await app.DraftAsync(await app.BuyerAsync(), (product, 4));

        var submitted = (await app.DoAsync(draft, "submit")).Expect(202).Json;
        Assert.Equal(("submitted", 1m), (submitted.Status(), submitted["exchangeRate"]!.GetValue<decimal>()));
        var order = await app.SettledAsync(draft);

        Assert.Equal("confirmed", order.Status());
        Assert.Matches("^SO-[0-9]{5,}$", order["orderNumber"]!.GetValue<string>());
        Assert.Equal(("reserved", 4m), (order["fulfillment"]!.GetValue<string>(), order["lines"]![0]!["quantityReserved"]!.GetValue<decimal>()));
        Assert.Equal((10m, 4m), await app.StockAsync(item));
        var receipt = order["processing"]!;
        Assert.Equal((1, 1), (receipt["attempts"]!.GetValue<int>(), receipt["messageIds"]!.AsArray().Count));
        var changes = (await app.DocumentsAsync(order)).Where(document => (string?)document["kind"] == "change").ToDictionary(change => change["version"]!.GetValue<int>());
        Assert.Equal(changes[2]["hash"]!.GetValue<string>(), receipt["receiptHash"]!.GetValue<string>());
        Assert.Equal(["order.created", "order.updated", "order.submitted", "order.updated", "order.confirmed"], await app.EventsAsync(order));
        Assert.Contains("stock.reserved", await app.EventsAsync(item));

        Assert.Equal(order.ToJsonString(), (await app.DoAsync(draft, "submit")).Expect(200).Json.ToJsonString());
    }

    [Fact]
    public async Task Submit_WithoutAnExchangeRate_IsRefused()
    {
        var draft = (await app.PostAsync("orders", new JsonObject
        {
            ["customerId"] = (await app.BuyerAsync()).Id(),
            ["currency"] = "ISK",
            ["lines"] = new JsonArray(new JsonObject { ["writeInDescription"] = "Work", ["quantity"] = 1, ["unitPrice"] = 5000 }),
        })).Expect(201).Json;

        Assert.Equal(["#/exchangeRate no-rate"], (await app.DoAsync(draft, "submit")).Expect(422).Errors);
        (await app.PostAsync("exchange-rates", new JsonObject { ["currency"] = "ISK", ["date"] = "2020-01-01", ["rate"] = 0.0067 })).Expect(201);
        Assert.Equal(33.5m, (await app.SettleAsync(draft))["baseGrandTotal"]!.GetValue<decimal>());
    }

    [Fact]
    public async Task Submit_WithoutLines_IsRefused()
    {
        var draft = await app.DraftAsync(await app.BuyerAsync());

        Assert.Equal(["#/lines min-length"], (await app.DoAsync(draft, "submit")).Expect(422).Errors);
    }

    [Fact]
    public async Task Submit_CopiesWhereAndHowTheCustomerIsServed_AndFreezesWhatWasAgreedOn()
    {
        var (product, _) = await app.StockedAsync(1);
        var customer = await app.BuyerAsync();
        await app.PatchAsync(customer, new JsonObject { ["defaultShippingAddress"] = new JsonObject { ["city"] = "Oslo", ["country"] = "NO" }, ["paymentTerms"] = "net30" });

        var order = await app.SettleAsync(await app.DraftAsync(customer, (product, 1)));

        Assert.Equal(("Oslo", "net30"), (order["shippingAddress"]!["city"]!.GetValue<string>(), order["paymentTerms"]!.GetValue<string>()));
        foreach (var (field, value) in new (string, JsonNode?)[] { ("lines", new JsonArray()), ("currency", "USD"), ("discountPercent", 50), ("shippingAmount", 5), ("orderDate", "2020-01-01") })
            Assert.Equal([$"#/{field} not-a-draft"], (await app.PatchAsync(order, new JsonObject { [field] = value })).Expect(422).Errors);

        var patched = (await app.PatchAsync(order, new JsonObject { ["customerReference"] = "PO 3" })).Expect(200).Json;
        Assert.Equal(order["lines"]!.ToJsonString(), patched["lines"]!.ToJsonString());
        (await app.DeleteAsync(patched)).Expect(409, "not-deletable");
        (await app.SendAsync("PATCH", order.Path(), new JsonObject { ["status"] = "draft" }, ("If-Match", "*"))).Expect(422);
    }

    [Fact]
    public async Task TooLittleStock_RejectsTheWholeOrder_AndReopenedItCanBeMended()
    {
        var (plenty, plentyItem) = await app.StockedAsync(10);
        var (scarce, scarceItem) = await app.StockedAsync(2);
        var draft = await app.DraftAsync(await app.BuyerAsync(), (plenty, 3), (scarce, 3));

        var rejected = await app.SettleAsync(draft);

        Assert.Equal("rejected", rejected.Status());
        Assert.Contains("too little stock", rejected["rejectionReason"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(((10m, 0m), (2m, 0m)), (await app.StockAsync(plentyItem), await app.StockAsync(scarceItem)));
        Assert.False(rejected.ContainsKey("orderNumber"));

        var reopened = (await app.DoAsync(rejected, "reopen")).Expect(200).Json;
        Assert.Equal(("draft", false), (reopened.Status(), reopened.ContainsKey("rejectionReason")));
        Assert.Equal(reopened.ToJsonString(), (await app.DoAsync(rejected, "reopen")).Expect(200).Json.ToJsonString());
        var lines = reopened["lines"]!.DeepClone();
        lines[1]!["quantity"] = 2;
        var mended = (await app.PatchAsync(reopened, new JsonObject { ["lines"] = lines })).Expect(200).Json;
        Assert.Equal("confirmed", (await app.SettleAsync(mended)).Status());
        Assert.Equal(((10m, 3m), (2m, 2m)), (await app.StockAsync(plentyItem), await app.StockAsync(scarceItem)));
    }

    /// <summary>As clients do that always name a content type.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Action_WithATypeAndNoContent_NeedsNoBody(bool withLength)
    {
        var (product, _) = await app.StockedAsync(1);
        var order = await app.SettleAsync(await app.DraftAsync(await app.BuyerAsync(), (product, 1)));
        var length = withLength ? "Content-Length: 0\r\n" : "";
        using var connection = new TcpClient(app.Client.BaseAddress!.Host, app.Client.BaseAddress.Port);
        await using var stream = connection.GetStream();

        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {order.Path()}/shipments HTTP/1.1\r\nHost: crm\r\nAuthorization: {app.Client.DefaultRequestHeaders.Authorization}\r\nContent-Type: application/json\r\n{length}Connection: close\r\n\r\n"));

        using var answer = new StreamReader(stream);
        Assert.Equal("HTTP/1.1 201 Created", await answer.ReadLineAsync());
    }

    [Fact]
    public async Task Backorder_ReservesWhatIsNotThere_AndShipsOnlyWhatIs()
    {
        var (product, item) = await app.StockedAsync(1, 10, ("allowBackorder", true));

        var order = await app.SettleAsync(await app.DraftAsync(await app.BuyerAsync(), (product, 3)));

        Assert.Equal(("confirmed", (1m, 3m)), (order.Status(), await app.StockAsync(item)));
        Assert.Equal(["#/lines/0/quantity insufficient-stock"], (await app.DoAsync(order, "shipments")).Expect(422).Errors);
        await app.ReceiveAsync(item, 2);
        (await app.DoAsync(order, "shipments")).Expect(201);
        Assert.Equal((0m, 0m), await app.StockAsync(item));
    }

    [Theory]
    [InlineData("status", "draft", "rejected", "not for sale yet")]
    [InlineData("validTo", "2020-12-31", "rejected", "was sold until")]
    public async Task ProductThatIsNotSold_RejectsTheOrder(string field, string value, string status, string reason)
    {
        var (product, _) = await app.StockedAsync(10, 10, (field, value));

        var order = await app.SettleAsync(await app.DraftAsync(await app.BuyerAsync(), (product, 1)));

        Assert.Equal(status, order.Status());
        Assert.Contains(reason, order["rejectionReason"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task MoreThanTheCreditLimit_HoldsTheOrder_UntilThereIsCredit()
    {
        var (product, item) = await app.StockedAsync(100, price: 60);
        var customer = await app.BuyerAsync(creditLimit: 100);

        var first = await app.SettleAsync(await app.DraftAsync(customer, (product, 1)));
        var second = await app.SettleAsync(await app.DraftAsync(customer, (product, 1)));
        Assert.Equal(("confirmed", "onHold"), (first.Status(), second.Status()));
        Assert.Contains("credit limit of 100", second["holdReason"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal((100m, 1m), await app.StockAsync(item));

        (await app.SendAsync("PATCH", customer.Path(), new JsonObject { ["creditLimit"] = 120 }, ("If-Match", "*"))).Expect(200);
        var released = await app.SettleAsync(second, "resubmit");
        Assert.Equal(("confirmed", 2, false), (released.Status(), released["processing"]!["attempts"]!.GetValue<int>(), released.ContainsKey("holdReason")));
        Assert.Equal(released.ToJsonString(), (await app.DoAsync(released, "resubmit")).Expect(200).Json.ToJsonString());
    }

    [Fact]
    public async Task OrdersOfOneCustomer_SubmittedAtOnce_NeverExceedTheCreditLimit()
    {
        var (product, _) = await app.StockedAsync(100, price: 10);
        var customer = await app.BuyerAsync(creditLimit: 35);
        var drafts = new List<JsonObject>();
        for (var i = 0; i < 8; i++)
            drafts.Add(await app.DraftAsync(customer, (product, 1)));

        var settled = await Task.WhenAll(drafts.Select(draft => app.SettleAsync(draft)));

        Assert.Equal(3, settled.Count(order => order.Status() == "confirmed"));
        Assert.Equal(5, settled.Count(order => order.Status() == "onHold"));
    }

    [Fact]
    public async Task Cancel_ReleasesStock_AndDoneAgainAnswersTheSame()
    {
        var (product, item) = await app.StockedAsync(10);
        var order = await app.SettleAsync(await app.DraftAsync(await app.BuyerAsync(), (product, 4)));

        var cancelled = (await app.DoAsync(order, "cancel", new JsonObject { ["reason"] = "Changed their mind" })).Expect(200).Json;

        Assert.Equal(("cancelled", "Changed their mind", "unfulfilled"), (cancelled.Status(), cancelled["cancelReason"]!.GetValue<string>(), cancelled["fulfillment"]!.GetValue<string>()));
        Assert.Equal((10m, 0m), await app.StockAsync(item));
        Assert.Equal(cancelled.ToJsonString(), (await app.DoAsync(order, "cancel")).Expect(200).Json.ToJsonString());
        (await app.DoAsync(order, "reopen")).Expect(409, "invalid-transition");
        (await app.DoAsync(order, "shipments")).Expect(409, "invalid-state");
        (await app.DoAsync(order, "invoice")).Expect(409, "invalid-state");
        (await app.DoAsync(order, "payments", new JsonObject { ["amount"] = 1 })).Expect(409, "invalid-state");
        Assert.Equal("cancelled", (await app.DoAsync(await app.DraftAsync(await app.BuyerAsync(), (product, 1)), "cancel")).Expect(200).Json.Status());
    }

    [Fact]
    public async Task ShippedAndPaid_IsCompleted()
    {
        var (product, item) = await app.StockedAsync(10);
        var order = await app.SettleAsync(await app.DraftAsync(await app.BuyerAsync(), (product, 4)));
        var line = order["lines"]![0]!.Id();

        var shipment = (await app.DoAsync(order, "shipments", Part(line, 1.5m))).Expect(201).Json;
        Assert.Equal("shipped", shipment.Status());
        order = (await app.ReadAsync(order)).Json;
        Assert.Equal(("partial", 2.5m, 1.5m), (order["fulfillment"]!.GetValue<string>(), order["lines"]![0]!["quantityReserved"]!.GetValue<decimal>(), order["lines"]![0]!["quantityShipped"]!.GetValue<decimal>()));
        Assert.Equal((8.5m, 2.5m), await app.StockAsync(item));
        Assert.Equal(["#/lines/0/quantity max"], (await app.DoAsync(order, "shipments", Part(line, 2.6m))).Expect(422).Errors);
        Assert.Equal(["#/lines/0/lineId unknown-line"], (await app.DoAsync(order, "shipments", Part("other", 1))).Expect(422).Errors);
        (await app.DoAsync(order, "cancel")).Expect(409, "invalid-state");

        (await app.DoAsync(order, "payments", new JsonObject { ["amount"] = 15, ["method"] = "card" })).Expect(201);
        (await app.DoAsync(order, "shipments")).Expect(201);
        order = (await app.ReadAsync(order)).Json;
        Assert.Equal(("confirmed", "fulfilled", "partial"), (order.Status(), order["fulfillment"]!.GetValue<string>(), order["payment"]!.GetValue<string>()));
        Assert.Equal(["#/amount max"], (await app.DoAsync(order, "payments", new JsonObject { ["amount"] = 25.01m })).Expect(422).Errors);
        var payment = (await app.DoAsync(order, "payments", new JsonObject { ["amount"] = 25, ["reference"] = CrmApp.Unique("bank") })).Expect(201).Json;

        order = (await app.ReadAsync(order)).Json;
        Assert.Equal(("succeeded", "completed", "paid", 40m), (payment.Status(), order.Status(), order["payment"]!.GetValue<string>(), order["paidTotal"]!.GetValue<decimal>()));
        Assert.Equal((6m, 0m), await app.StockAsync(item));
        Assert.Equal(["order.fulfilled", "order.completed"], (await app.EventsAsync(order)).Where(name => name is "order.fulfilled" or "order.completed"));
    }

    [Fact]
    public async Task Actions_RepeatedWithTheirKey_AreDoneOnce()
    {
        var (product, item) = await app.StockedAsync(10);
        var order = await app.SettleAsync(await app.DraftAsync(await app.BuyerAsync(), (product, 4)));
        var key = ("Idempotency-Key", CrmApp.Unique("key"));

        var answers = new List<Answer>();
        for (var i = 0; i < 3; i++)
            answers.Add((await app.DoAsync(order, "shipments", Part(order["lines"]![0]!.Id(), 1), key)).Expect(201));
        Assert.Single(answers.Select(answer => answer.Json.Id()).Distinct());
        Assert.Equal((9m, 3m), await app.StockAsync(item));

        var pay = new JsonObject { ["amount"] = 10, ["reference"] = CrmApp.Unique("bank") };
        (await app.DoAsync(order, "payments", pay.DeepClone())).Expect(201);
        (await app.DoAsync(order, "payments", pay.DeepClone())).Expect(409, "duplicate");
        Assert.Equal(10m, (await app.ReadAsync(order)).Json["paidTotal"]!.GetValue<decimal>());
    }

    [Fact]
    public async Task Shipments_OfTheSamePiecesAtOnce_SendThemOnce()
    {
        var (product, item) = await app.StockedAsync(10);
        var order = await app.SettleAsync(await app.DraftAsync(await app.BuyerAsync(), (product, 4)));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => app.DoAsync(order, "shipments")));

        var (onHand, reserved) = await Eventually.GetAsync(() => app.StockAsync(item), stock => stock.Reserved == 0, "the stock of the shipment");
        Assert.Equal((6m, 0m), (onHand, reserved));
        var shipments = (await app.ListAsync("shipments", ("filter", $"orderId eq '{order.Id()}'"))).Expect(200).Json["value"]!.AsArray();
        Assert.Single(shipments, shipment => ((JsonObject)shipment!).Status() == "shipped");
        Assert.All(shipments, shipment => Assert.True(((JsonObject)shipment!).Status() is "shipped" or "failed"));
    }

    [Fact]
    public async Task Invoice_CopiesTheOrder_IsNumberedOnce_AndFollowsThePayments()
    {
        var (product, _) = await app.StockedAsync(10);
        var order = await app.SettleAsync(await app.DraftAsync(await app.BuyerAsync(), (product, 4)));
        (await app.DoAsync(order, "payments", new JsonObject { ["amount"] = 10 })).Expect(201);

        var invoice = (await app.DoAsync(order, "invoice")).Expect(201).Json;

        Assert.Matches("^INV-[0-9]{5,}$", invoice["invoiceNumber"]!.GetValue<string>());
        Assert.Equal(("partiallyPaid", 40m, 10m, 30m), (invoice.Status(), invoice["grandTotal"]!.GetValue<decimal>(), invoice["amountPaid"]!.GetValue<decimal>(), invoice["amountDue"]!.GetValue<decimal>()));
        Assert.Equal(order["lines"]![0]!["total"]!.GetValue<decimal>(), invoice["lines"]![0]!["total"]!.GetValue<decimal>());
        Assert.Equal(invoice.ToJsonString(), (await app.DoAsync(order, "invoice")).Expect(200).Json.ToJsonString());
        Assert.Equal(("invoiced", invoice.Id()), ((await app.ReadAsync(order)).Json["invoicing"]!.GetValue<string>(), (await app.ReadAsync(order)).Json["invoiceIds"]![0]!.GetValue<string>()));

        (await app.DoAsync(order, "payments", new JsonObject { ["amount"] = 30 })).Expect(201);
        var paid = (await app.ReadAsync(invoice)).Json;
        Assert.Equal(("paid", 0m), (paid.Status(), paid["amountDue"]!.GetValue<decimal>()));
        Assert.Equal(["invoice.issued", "invoice.paid"], (await app.EventsAsync(invoice)).Where(name => name is "invoice.issued" or "invoice.paid"));
        Assert.Equal(["#/grandTotal read-only"], (await app.PatchAsync(paid, new JsonObject { ["grandTotal"] = 1 })).Errors);
        (await app.DeleteAsync(paid)).Expect(409, "not-deletable");
    }

    [Fact]
    public async Task InvoiceNumbers_GivenAtOnce_HaveNoGap()
    {
        var (product, _) = await app.StockedAsync(100);
        var customer = await app.BuyerAsync();
        var orders = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ => await app.SettleAsync(await app.DraftAsync(customer, (product, 1)))));
        var series = Guid.NewGuid().ToString("N")[..12];

        await Task.WhenAll(orders.Select(order => app.DoAsync(order, "invoice", new JsonObject { ["series"] = series })));

        var numbers = await Eventually.GetAsync(
            async () => (await Task.WhenAll(orders.Select(async order => (string?)(await app.DoAsync(order, "invoice", new JsonObject { ["series"] = series })).Json["invoiceNumber"]))).ToList(),
            all => all.TrueForAll(number => number is not null), "every invoice's number");
        Assert.Equal(Enumerable.Range(1, 6).Select(number => $"{series}-{number:00000}"), numbers.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Salespeople_WhoMayNotMoveStock_ShipPayAndCancelTheirOwnOrders()
    {
        var ((product, item), customer) = (await app.StockedAsync(10), await app.BuyerAsync());
        var (user, client) = await app.NewUserAsync("sales");
        using var _ = client;
        var orders = new List<JsonObject>();
        for (var i = 0; i < 2; i++)
        {
            var draft = await app.DraftAsync(customer, (product, 2));
            orders.Add((await app.PatchAsync(draft, new JsonObject { ["ownerId"] = user.Id() })).Expect(200).Json);
            (await client.SendAsync("POST", $"{orders[i].Path()}/submit")).Expect(202);
            Assert.Equal("confirmed", (await app.SettledAsync(orders[i])).Status());
        }

        Assert.Equal("shipped", (await client.SendAsync("POST", $"{orders[0].Path()}/shipments")).Expect(201).Json.Status());
        Assert.Equal("succeeded", (await client.SendAsync("POST", $"{orders[0].Path()}/payments", new JsonObject { ["amount"] = 20 })).Expect(201).Json.Status());
        (await client.SendAsync("POST", $"{orders[0].Path()}/invoice")).Expect(201);
        (await client.SendAsync("POST", $"{orders[1].Path()}/cancel")).Expect(200);

        Assert.Equal((8m, 0m), await app.StockAsync(item));
        (await client.SendAsync("POST", $"{item.Path()}/movements", new JsonObject { ["kind"] = "receipt", ["quantity"] = 1 })).Expect(403);
    }

    [Theory]
    [InlineData("shipments")]
    [InlineData("payments")]
    [InlineData("invoices")]
    public async Task PartsOfOrders_ByTheGenericRoute_AreNotCreated(string collection) =>
        (await app.PostAsync(collection, new JsonObject())).Expect(409, "made-by-action");

    [Fact]
    public async Task Actions_WithABodyAgainstTheRules_NameWhatIsWrong()
    {
        var order = await app.DraftAsync(await app.BuyerAsync());

        (await app.DoAsync(order, "cancel", new JsonObject { ["because"] = "x" })).Expect(400).ExpectErrors("#/because unknown-field");
        (await app.DoAsync(order, "payments")).Expect(422).ExpectErrors("#/amount required");
        (await app.DoAsync(order, "shipments", new JsonObject { ["lines"] = new JsonArray(new JsonObject { ["lineId"] = "a", ["quantity"] = 0 }) })).Expect(422).ExpectErrors("#/lines/0/quantity min");
        (await app.DoAsync(order, "invoice", new JsonObject { ["series"] = "A B" })).Expect(422).ExpectErrors("#/series format");
        foreach (var action in new[] { "submit", "cancel", "resubmit", "reopen", "shipments", "invoice" })
            (await app.SendAsync("POST", $"/api/v1/orders/nothing/{action}")).Expect(404);
    }

    private static JsonObject Part(string line, decimal quantity) => new() { ["lines"] = new JsonArray(new JsonObject { ["lineId"] = line, ["quantity"] = quantity }) };
}
