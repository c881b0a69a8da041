using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;
using static Crm.Tests.Sales.Selling;

namespace Crm.Tests.Sales;

/// <summary>What an opportunity is worth: by its amount or its lines, in its currency and in the tenant's.</summary>
[Collection(SharedApp.Name)]
public sealed class OpportunityAmountTests(CrmApp app)
{
    [Fact]
    public async Task Amount_WithoutLines_IsAsSet()
    {
        var sale = await app.OpenAsync(("amount", 1234.56m), ("probability", 33.33m));

        Assert.Equal(("1234.56", "1234.56", "1", "411.48"), (sale.Text("amount"), sale.Text("baseAmount"), sale.Text("exchangeRate"), sale.Text("weightedAmount")));
    }

    [Fact]
    public async Task Lines_AddUpToTheAmount()
    {
        var product = await app.CreateAsync("products", ("listPrice", 10.10m));
        var sale = await app.OpenAsync(("lines", Lines(Line(product, 3), Line(product, 2, 5), Line(product, 1, 100, 12.5m))));

        Assert.Equal([10.1m, 5m, 100m], sale["lines"]!.AsArray().Select(line => line!["unitPrice"]!.GetValue<decimal>()));
        Assert.Equal([30.30m, 10m, 87.5m], sale["lines"]!.AsArray().Select(line => line!["total"]!.GetValue<decimal>()));
        Assert.Equal(127.8m, sale["amount"]!.GetValue<decimal>());
    }

    [Theory]
    [InlineData(null, "0.125", "0.13")]
    [InlineData(null, "0.135", "0.14")]
    [InlineData(null, "2.345", "2.35")]
    [InlineData("JPY", "0.5", "1")]
    [InlineData("JPY", "99.49", "99")]
    [InlineData("KWD", "0.1235", "0.124")]
    public async Task LineTotal_IsRoundedHalfAwayFromZeroToTheMinorUnit(string? currency, string price, string total)
    {
        var line = Line(await app.CreateAsync("products"), 1, decimal.Parse(price, System.Globalization.CultureInfo.InvariantCulture));
        var sale = await app.OpenAsync(("currency", currency), ("lines", Lines(line)));

        Assert.Equal((total, total), (sale["lines"]![0]!.Text("total"), sale.Text("amount")));
    }

    [Fact]
    public async Task LineDiscount_IsRoundedOnceAtTheEnd()
    {
        var sale = await app.OpenAsync(("lines", Lines(Line(await app.CreateAsync("products"), 3, 0.335m, 50))));

        Assert.Equal(0.5m, sale["amount"]!.GetValue<decimal>());
    }

    [Fact]
    public async Task Amount_OfAnOpportunityWithLines_CannotBeSet()
    {
        var product = await app.CreateAsync("products");
        var lines = Lines(Line(product, 2, 5));
        (await app.PostAsync("opportunities", Opportunity(("lines", lines.DeepClone()), ("amount", 11)))).Expect(422).ExpectErrors("#/amount read-only");
        var sale = await app.OpenAsync(("lines", lines), ("amount", 10));

        (await app.PatchAsync(sale, Patch(("amount", 11)))).Expect(422).ExpectErrors("#/amount read-only");
        sale = await app.ChangeAsync(sale, ("lines", new JsonArray()), ("amount", 11));
        Assert.Equal("11", sale.Text("amount"));
    }

    [Fact]
    public async Task Replace_WithALineChangedOrTakenOut_IsAcceptedAsRead()
    {
        var product = await app.CreateAsync("products");
        var sale = await app.OpenAsync(("lines", Lines(Line(product, 1, 5), Line(product, 2, 7), Line(product, 3, 11))));
        sale["lines"]![0]!["quantity"] = 10;
        sale = (await app.ReplaceAsync(sale, sale)).Expect(200).Json;
        Assert.Equal("97", sale.Text("amount"));

        sale["lines"]!.AsArray().RemoveAt(0);
        sale = (await app.ReplaceAsync(sale, sale)).Expect(200).Json;
        Assert.Equal("47", sale.Text("amount"));
    }

    [Fact]
    public async Task UnitPrice_OnceTakenFromTheProduct_DoesNotFollowIt()
    {
        var product = await app.CreateAsync("products", ("listPrice", 10));
        var sale = await app.OpenAsync(("lines", Lines(Line(product, 1))));
        await app.ChangeAsync(product, ("listPrice", 99));

        Assert.Equal("10", (await app.ChangeAsync(sale, ("nextStep", "call"))).Text("amount"));
    }

    [Fact]
    public async Task ForeignCurrency_WithoutARate_HasNoBaseAmount()
    {
        var sale = await app.OpenAsync(("amount", 1000), ("currency", "USD"));
        Assert.All(["exchangeRate", "baseAmount", "weightedAmount"], field => Assert.False(sale.ContainsKey(field)));

        sale = await app.ChangeAsync(sale, ("currency", "EUR"));
        Assert.Equal(("1", "1000", "100"), (sale.Text("exchangeRate"), sale.Text("baseAmount"), sale.Text("weightedAmount")));
    }

    [Theory]
    [InlineData(999999999999999, 999999999999999)]
    [InlineData(99999999999, 101)]
    public async Task Lines_ThatComeToMoreThanMoneyHolds_AreRefused(decimal quantity, decimal price)
    {
        var body = Opportunity(("lines", Lines(Line(await app.CreateAsync("products"), quantity, price))));

        Assert.All((await app.PostAsync("opportunities", body)).Expect(422).Errors, error => Assert.EndsWith(" max", error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Amount_OfMoreThanMoneyHolds_IsRefused() =>
        (await app.PostAsync("opportunities", Opportunity(("amount", 10_000_000_000_000)))).Expect(422).ExpectErrors("#/amount max");
}
