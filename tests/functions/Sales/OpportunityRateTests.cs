using System.Globalization;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;
using static Crm.Tests.Sales.Selling;

namespace Crm.Tests.Sales;

/// <summary>What an opportunity in another currency is worth in the tenant's: live while it is open, for good once it is closed. Each test has a currency of its own.</summary>
[Collection(SharedApp.Name)]
public sealed class OpportunityRateTests(CrmApp app)
{
    [Fact]
    public async Task OpenOpportunity_TakesTheRateOfTheDay_WhenItIsWritten()
    {
        await RateAsync("CHF", "2020-01-01", 0.9m);
        await RateAsync("CHF", "2999-01-01", 5);
        var sale = await app.OpenAsync(("amount", 1000.01m), ("currency", "CHF"));
        Assert.Equal((0.9m, 900.01m, 90m), Worth(sale));

        await RateAsync("CHF", Today(), 1.05m);
        Assert.Equal((0.9m, 900.01m, 90m), Worth((await app.ReadAsync(sale)).Json));
        Assert.Equal((1.05m, 1050.01m, 105m), Worth(await app.ChangeAsync(sale, ("nextStep", "call"))));
    }

    [Fact]
    public async Task ClosedOpportunity_KeepsTheRateOfItsCloseDate()
    {
        await RateAsync("PLN", "2020-01-01", 0.2m);
        await RateAsync("PLN", "2021-01-01", 0.25m);
        var sale = await app.OpenAsync(("amount", 100), ("currency", "PLN"), ("closeDate", "2020-06-01"));
        Assert.Equal("0.25", sale.Text("exchangeRate"));

        sale = await CloseAsync(sale);
        Assert.Equal((0.2m, 20m, 20m), Worth(sale));

        await RateAsync("PLN", "2020-05-31", 0.3m);
        Assert.Equal((0.2m, 40m, 40m), Worth(await app.ChangeAsync(sale, ("amount", 200))));
        sale = (await app.SendAsync("POST", $"{sale.Path()}/reopen")).Expect(200).Json;
        Assert.Equal("0.25", sale.Text("exchangeRate"));
    }

    [Fact]
    public async Task CurrencyWithoutARate_IsWritableAllTheSame_AndValuedOnceThereIsOne()
    {
        var sale = await CloseAsync(await app.OpenAsync(("amount", 100), ("currency", "MXN"), ("closeDate", Today())));
        Assert.All(["exchangeRate", "baseAmount", "weightedAmount"], field => Assert.False(sale.ContainsKey(field)));

        await RateAsync("MXN", Today(), 0.05m);

        Assert.Equal((0.05m, 5m, 5m), Worth(await app.ChangeAsync(sale, ("nextStep", "celebrate"))));
    }

    [Fact]
    public async Task Amount_ThatIsMoreThanMoneyHoldsInTheBaseCurrency_IsRefused()
    {
        await RateAsync("BTN", "2020-01-01", 1000);

        (await app.PostAsync("opportunities", Opportunity(("amount", 9_999_999_999_999), ("currency", "BTN")))).Expect(422).ExpectErrors("#/amount max");
    }

    private async Task<JsonObject> CloseAsync(JsonObject sale) => await app.ChangeAsync(sale, ("stageId", (await app.DefaultPipelineAsync()).Stage("Closed Won")));

    private async Task RateAsync(string currency, string date, decimal rate) =>
        (await app.PostAsync("exchange-rates", new JsonObject { ["currency"] = currency, ["date"] = date, ["rate"] = rate })).Expect(201);

    private static string Today() => DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).ToString("O", CultureInfo.InvariantCulture);

    private static (decimal Rate, decimal Value, decimal Weighted) Worth(JsonObject sale) =>
        (sale["exchangeRate"]!.GetValue<decimal>(), sale["baseAmount"]!.GetValue<decimal>(), sale["weightedAmount"]!.GetValue<decimal>());
}
