using Crm.Entities.Types;
using Crm.Platform;
using Crm.Tenants;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Crm.Tests.Orders;

public sealed class OrderTotalsTests
{
    [Fact]
    public void Totals_OfNoLines_AreShippingAlone()
    {
        var totals = OrderTotals.Of(new OrderPrices([], "EUR", TaxRounding.PerLine, Shipping: 5m));

        Assert.Equal((0m, 0m, 5m, 0m, 5m), (totals.Subtotal, totals.OrderDiscount, totals.Shipping, totals.Tax, totals.GrandTotal));
        Assert.Equal([new TaxTotals(0, 5m, 0)], totals.Taxes);
        Assert.Empty(OrderTotals.Of(new OrderPrices([], "EUR", TaxRounding.PerLine)).Taxes);
    }

    [Fact]
    public void Totals_RoundHalfAwayFromZeroToTheMinorUnit()
    {
        Assert.Equal(0.13m, Gross("EUR", 0.125m));
        Assert.Equal(3m, Gross("JPY", 2.5m));
        Assert.Equal(0.126m, Gross("BHD", 0.1255m));
        Assert.Equal(0.13m, Gross("RSD", 0.125m));

        static decimal Gross(string currency, decimal price) => OrderTotals.Of(new OrderPrices([new(1, price)], currency, TaxRounding.PerLine)).GrandTotal;
    }

    [Fact]
    public void Discount_InPercent_RoundsWhatIsLeft()
    {
        // 10 % off 0.25 leaves 0.225, which is 0.23 to pay and a discount of 0.02; 50 % off the 0.23 leaves 0.115, which is 0.12.
        var totals = OrderTotals.Of(new OrderPrices([new(1, 0.25m, DiscountPercent: 10)], "EUR", TaxRounding.PerLine, DiscountPercent: 50));

        Assert.Equal((0.25m, 0.02m, 0.11m, 0.12m), (totals.Subtotal, totals.LineDiscount, totals.OrderDiscount, totals.GrandTotal));
    }

    [Fact]
    public void Totals_WithDiscountsAndTwoRates_AreAsByHand()
    {
        // 3 × 33.33 = 99.99, 10 % off: 10.00 → 89.99. 2 × 10.01 = 20.02, 0.02 off → 20.00. Together 109.99, 10 % off: 11.00 = 9.00 + 2.00.
        var totals = OrderTotals.Of(new OrderPrices(
            [new(3, 33.33m, DiscountPercent: 10, TaxPercent: 19), new(2, 10.01m, DiscountAmount: 0.02m, TaxPercent: 7)],
            "EUR", TaxRounding.PerLine, DiscountPercent: 10, Shipping: 4.90m, ShippingTaxPercent: 19));

        Assert.Equal([new LineTotals(99.99m, 10.00m, 9.00m, 80.99m, 15.39m), new LineTotals(20.02m, 0.02m, 2.00m, 18.00m, 1.26m)], totals.Lines);
        Assert.Equal((120.01m, 10.02m, 11.00m, 4.90m, 17.58m, 121.47m), (totals.Subtotal, totals.LineDiscount, totals.OrderDiscount, totals.Shipping, totals.Tax, totals.GrandTotal));
        Assert.Equal([new TaxTotals(7, 18.00m, 1.26m), new TaxTotals(19, 85.89m, 16.32m)], totals.Taxes);
    }

    [Fact]
    public void OrderDiscount_IsSpreadByTheLargestRemainder()
    {
        // 1.00 over 3 equal lines is 0.333… each: the cent left over goes to the first. Over 1, 2 and 4 it is 0.142…, 0.285…, 0.571…: to the second.
        Assert.Equal([0.34m, 0.33m, 0.33m], Shares(1m, 5m, 5m, 5m));
        Assert.Equal([0.14m, 0.29m, 0.57m], Shares(1m, 1m, 2m, 4m));
        Assert.Equal([5m, 0m, 7m], Shares(12m, 5m, 0m, 7m));

        static IEnumerable<decimal> Shares(decimal discount, params decimal[] prices) => OrderTotals
            .Of(new OrderPrices([.. prices.Select(price => new LinePrices(1, price))], "EUR", TaxRounding.PerLine, DiscountAmount: discount))
            .Lines.Select(line => line.OrderDiscount);
    }

    [Fact]
    public void Tax_PerLineAndPerTotal_DifferByTheRoundingOfEachLine()
    {
        // 19 % of 0.30 is 0.057. Three times 0.06 is 0.18; once on 0.90 it is 0.171.
        OrderPrices prices = new([new(1, 0.30m, TaxPercent: 19), new(1, 0.30m, TaxPercent: 19), new(1, 0.30m, TaxPercent: 19)], "EUR", TaxRounding.PerLine);

        Assert.Equal(0.18m, OrderTotals.Of(prices).Tax);
        var perTotal = OrderTotals.Of(prices with { Rounding = TaxRounding.PerTotal });
        Assert.Equal(0.17m, perTotal.Tax);
        Assert.Equal([0.06m, 0.06m, 0.05m], perTotal.Lines.Select(line => line.Tax));
    }

    [Fact]
    public void PricesThatIncludeTax_AreWhatIsPaid()
    {
        // 11.90 with 19 % is 10.00 + 1.90; 3 × 0.99 = 2.97 with 7 % is 2.78 + 0.19; shipping 5.95 is 5.00 + 0.95.
        OrderPrices prices = new(
            [new(1, 11.90m, TaxPercent: 19), new(3, 0.99m, TaxPercent: 7)], "EUR", TaxRounding.PerLine, PricesIncludeTax: true, Shipping: 5.95m, ShippingTaxPercent: 19);

        var totals = OrderTotals.Of(prices);

        Assert.Equal([(10.00m, 1.90m), (2.78m, 0.19m)], totals.Lines.Select(line => (line.Net, line.Tax)));
        Assert.Equal((5.00m, 3.04m, 20.82m), (totals.Shipping, totals.Tax, totals.GrandTotal));
        Assert.Equal(20.82m, OrderTotals.Of(prices with { Rounding = TaxRounding.PerTotal }).GrandTotal);
    }

    [Property(MaxTest = 500, Arbitrary = [typeof(AnyPrices)])]
    public void Totals_OfAnyOrder_AddUpExactly(OrderPrices prices)
    {
        var totals = OrderTotals.Of(prices);

        Assert.Equal(totals.GrandTotal, totals.Lines.Sum(line => line.Net) + totals.Shipping + totals.Tax);
        Assert.Equal(totals.OrderDiscount, totals.Lines.Sum(line => line.OrderDiscount));
        Assert.Equal(totals.Tax, totals.Taxes.Sum(rate => rate.Tax));
        Assert.Equal(totals.Lines.Sum(line => line.Net) + totals.Shipping, totals.Taxes.Sum(rate => rate.Base));
        var paid = totals.Subtotal - totals.LineDiscount - totals.OrderDiscount + prices.Shipping;
        Assert.Equal(paid, prices.PricesIncludeTax ? totals.GrandTotal : totals.GrandTotal - totals.Tax);
    }

    [Property(MaxTest = 500, Arbitrary = [typeof(AnyPrices)])]
    public void Totals_OfAnyOrder_AreWholeMinorUnitsAndNeverNegative(OrderPrices prices)
    {
        var totals = OrderTotals.Of(prices);
        decimal[] amounts = [totals.GrandTotal, totals.Shipping, .. totals.Lines.SelectMany(line => new[] { line.Gross, line.Discount, line.OrderDiscount, line.Net, line.Tax })];

        Assert.All(amounts, amount => Assert.Equal((true, amount), (amount >= 0, Money.Round(amount, prices.Currency))));
    }

    [Property(MaxTest = 500, Arbitrary = [typeof(AnyPrices)])]
    public void Parts_OfAnyOrder_AreWithinAUnitOfTheirExactShare(OrderPrices prices)
    {
        var totals = OrderTotals.Of(prices);
        var unit = 1m / (decimal)Math.Pow(10, Money.Decimals(prices.Currency));
        var sum = totals.Subtotal - totals.LineDiscount;

        Assert.All(totals.Lines, line => Assert.True(sum == 0 || Math.Abs(line.OrderDiscount - (totals.OrderDiscount * (line.Gross - line.Discount) / sum)) < unit));
        foreach (var (line, percent) in totals.Lines.Zip(prices.Lines.Select(line => line.TaxPercent)))
            Assert.True(Math.Abs(line.Tax - (line.Net * percent / 100)) < 2 * unit);
    }

    private static class AnyPrices
    {
        public static Arbitrary<OrderPrices> Prices() => (
            from currency in Gen.Elements("EUR", "JPY", "KWD")
            from rounding in Gen.Elements(TaxRounding.PerLine, TaxRounding.PerTotal)
            from inclusive in Gen.Elements(true, false)
            from lines in Line(currency).ListOf()
            from percent in Gen.OneOf(Gen.Constant((decimal?)null), Percent().Select(value => (decimal?)value))
            from share in Gen.Choose(0, 100)
            from shipping in Gen.Choose(0, 100_000)
            from shippingTax in Tax()
            let prices = new OrderPrices([.. lines], currency, rounding, inclusive, Shipping: Money.Round(shipping / 1000m, currency), ShippingTaxPercent: shippingTax)
            let sum = OrderTotals.Of(prices) is var plain ? plain.Subtotal - plain.LineDiscount : 0
            select percent is null ? prices with { DiscountAmount = Money.Round(sum * share / 100m, currency) } : prices with { DiscountPercent = percent }).ToArbitrary();

        private static Gen<LinePrices> Line(string currency) =>
            from quantity in Gen.Choose(1, 1_000_000)
            from price in Gen.Choose(0, 100_000_000)
            from percent in Gen.OneOf(Gen.Constant((decimal?)null), Percent().Select(value => (decimal?)value))
            from share in Gen.Choose(0, 100)
            from tax in Tax()
            let gross = Money.Round(quantity / 10_000m * (price / 10_000m), currency)
            select new LinePrices(quantity / 10_000m, price / 10_000m, percent, percent is null ? Math.Min(gross, Money.Round(gross * share / 100m, currency)) : null, tax);

        private static Gen<decimal> Percent() => Gen.Choose(0, 10_000).Select(value => value / 100m);

        private static Gen<decimal> Tax() => Gen.Elements(0m, 5.5m, 7m, 19m, 25m);
    }
}
