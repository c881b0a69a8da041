using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Orders;

/// <summary>Invoices of parts of an order, and those that are void.</summary>
[Collection(SharedApp.Name)]
public sealed class PartialInvoiceTests(CrmApp app)
{
    [Fact]
    public async Task Parts_AddUpToTheOrder()
    {
        var order = await OddOrderAsync();
        var lines = order["lines"]!.AsArray();

        var first = (await InvoiceAsync(order, (lines[0]!.Id(), 1))).Expect(201).Json;
        Assert.Equal(("partial", 1m), (await InvoicingAsync(order), (await app.ReadAsync(order)).Json["lines"]![0]!["quantityInvoiced"]!.GetValue<decimal>()));
        var second = (await InvoiceAsync(order, (lines[0]!.Id(), 1), (lines[1]!.Id(), 2))).Expect(201).Json;
        (await InvoiceAsync(order, (lines[0]!.Id(), 1.1m))).Expect(422).ExpectErrors("#/lines/0/quantity max");
        (await InvoiceAsync(order, ("other", 1))).Expect(422).ExpectErrors("#/lines/0/lineId unknown-line");
        var rest = (await app.DoAsync(order, "invoice")).Expect(201).Json;

        Assert.Equal("invoiced", await InvoicingAsync(order));
        Assert.Equal(rest.ToJsonString(), (await app.DoAsync(order, "invoice")).Expect(200).Json.ToJsonString());
        foreach (var total in new[] { "grandTotal", "taxTotal", "shippingTotal" })
            Assert.Equal(order[total]!.GetValue<decimal>(), new[] { first, second, rest }.Sum(invoice => invoice[total]!.GetValue<decimal>()));
        Assert.Equal([5m, 0m, 0m], new[] { first, second, rest }.Select(invoice => invoice["shippingTotal"]!.GetValue<decimal>()));
    }

    [Fact]
    public async Task Payments_PayTheOldestInvoiceFirst()
    {
        var order = await OddOrderAsync();
        var first = (await InvoiceAsync(order, (order["lines"]![0]!.Id(), 1))).Expect(201).Json;
        var due = first["amountDue"]!.GetValue<decimal>();

        (await app.DoAsync(order, "payments", new JsonObject { ["amount"] = due + 1 })).Expect(201);
        var rest = (await app.DoAsync(order, "invoice")).Expect(201).Json;

        Assert.Equal(("paid", due), ((await app.ReadAsync(first)).Json.Status(), (await app.ReadAsync(first)).Json["amountPaid"]!.GetValue<decimal>()));
        Assert.Equal(("partiallyPaid", 1m), (rest.Status(), rest["amountPaid"]!.GetValue<decimal>()));
        (await app.DoAsync(rest, "void")).Expect(409, "invalid-state");
        (await app.DoAsync(order, "payments", new JsonObject { ["amount"] = order["grandTotal"]!.GetValue<decimal>() - due - 1 })).Expect(201);
        Assert.Equal("paid", (await app.ReadAsync(rest)).Json.Status());
    }

    [Fact]
    public async Task Void_KeepsItsNumber_AndItsPartIsInvoicedAgain()
    {
        var order = await OddOrderAsync();
        var first = (await InvoiceAsync(order, (order["lines"]![0]!.Id(), 2))).Expect(201).Json;
        var rest = (await app.DoAsync(order, "invoice")).Expect(201).Json;

        var gone = (await app.DoAsync(first, "void", new JsonObject { ["reason"] = "Wrong address" })).Expect(200).Json;

        Assert.Equal(("void", 0m, "Wrong address", first["invoiceNumber"]!.GetValue<string>()), (gone.Status(), gone["amountDue"]!.GetValue<decimal>(), gone["voidReason"]!.GetValue<string>(), gone["invoiceNumber"]!.GetValue<string>()));
        Assert.Equal(gone.ToJsonString(), (await app.DoAsync(first, "void")).Expect(200).Json.ToJsonString());
        Assert.Equal("partial", await InvoicingAsync(order));
        var again = (await app.DoAsync(order, "invoice")).Expect(201).Json;
        Assert.Equal("invoiced", await InvoicingAsync(order));
        Assert.Equal(order["grandTotal"]!.GetValue<decimal>(), rest["grandTotal"]!.GetValue<decimal>() + again["grandTotal"]!.GetValue<decimal>());
        Assert.Equal(["invoice.voided"], (await app.EventsAsync(first)).Where(name => name == "invoice.voided"));

        (await app.DoAsync(rest, "void")).Expect(200);
        (await app.DoAsync(again, "void")).Expect(200);
        Assert.Equal("notInvoiced", await InvoicingAsync(order));
    }

    [Fact]
    public async Task Parts_InvoicedAtOnce_AreEachInvoicedOnce()
    {
        var order = await OddOrderAsync();
        var line = order["lines"]![0]!.Id();

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => InvoiceAsync(order, (line, 1))));
        await app.DoAsync(order, "invoice");

        Assert.All(answers, answer => Assert.True((int)answer.Status is 201 or 422, answer.Text));
        var invoices = await Eventually.GetAsync(
            async () => (await app.ListAsync("invoices", ("filter", $"orderId eq '{order.Id()}'"))).Expect(200).Json["value"]!.AsArray().Select(invoice => (JsonObject)invoice!).ToList(),
            all => all.TrueForAll(invoice => invoice.Status() != "draft"), "an outcome of every invoice");
        var live = invoices.Where(invoice => invoice.Status() == "issued").ToList();
        Assert.Equal(order["grandTotal"]!.GetValue<decimal>(), live.Sum(invoice => invoice["grandTotal"]!.GetValue<decimal>()));
        Assert.Equal(3m, live.SelectMany(invoice => invoice["lines"]!.AsArray()).Where(part => part!["lineId"]!.GetValue<string>() == line).Sum(part => part!["quantity"]!.GetValue<decimal>()));
        Assert.All(invoices.Except(live), invoice => Assert.Equal(("void", false), (invoice.Status(), invoice.ContainsKey("invoiceNumber"))));
        Assert.Equal("invoiced", await InvoicingAsync(order));
    }

    [Fact]
    public async Task Part_RepeatedWithItsKey_IsInvoicedOnce()
    {
        var order = await OddOrderAsync();
        var key = ("Idempotency-Key", CrmApp.Unique("key"));
        var part = Body((order["lines"]![0]!.Id(), 1));

        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
            ids.Add((await app.DoAsync(order, "invoice", part.DeepClone(), key)).Expect(201).Json.Id());

        Assert.Single(ids.Distinct());
        Assert.Equal(1m, (await app.ReadAsync(order)).Json["lines"]![0]!["quantityInvoiced"]!.GetValue<decimal>());
    }

    /// <summary>Amounts that no three parts of divide evenly, with a discount, a tax and shipping.</summary>
    private async Task<JsonObject> OddOrderAsync()
    {
        var taxes = (await app.PostAsync("tax-classes", new JsonObject { ["name"] = CrmApp.Unique("tax"), ["rates"] = new JsonArray(new JsonObject { ["percent"] = 19 }) })).Expect(201).Json;
        var (product, _) = await app.StockedAsync(10, 3.35m, ("taxClassId", taxes.Id()));
        return await app.SettleAsync((await app.PostAsync("orders", new JsonObject
        {
            ["customerId"] = (await app.BuyerAsync()).Id(),
            ["currency"] = "EUR",
            ["discountAmount"] = 0.04m,
            ["shippingAmount"] = 5,
            ["shippingTaxClassId"] = taxes.Id(),
            ["lines"] = new JsonArray(
                new JsonObject { ["productId"] = product.Id(), ["quantity"] = 3 },
                new JsonObject { ["writeInDescription"] = "Work", ["quantity"] = 7, ["unitPrice"] = 0.01m }),
        })).Expect(201).Json);
    }

    private Task<Answer> InvoiceAsync(JsonObject order, params (string Line, decimal Quantity)[] lines) => app.DoAsync(order, "invoice", Body(lines));

    private async Task<string> InvoicingAsync(JsonObject order) => (await app.ReadAsync(order)).Json["invoicing"]!.GetValue<string>();

    private static JsonObject Body(params (string Line, decimal Quantity)[] lines) =>
        new() { ["lines"] = new JsonArray([.. lines.Select(line => new JsonObject { ["lineId"] = line.Line, ["quantity"] = line.Quantity })]) };
}
