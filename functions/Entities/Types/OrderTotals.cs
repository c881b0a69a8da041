using Crm.Platform;
using Crm.Tenants;

namespace Crm.Entities.Types;

/// <summary>What is ordered, at which prices and taxes.</summary>
/// <param name="PricesIncludeTax">Unit prices, discounts and shipping contain the tax.</param>
/// <param name="DiscountAmount">Off the sum of the lines; in place of <paramref name="DiscountPercent"/>.</param>
public sealed record OrderPrices(
    IReadOnlyList<LinePrices> Lines, string Currency, TaxRounding Rounding, bool PricesIncludeTax = false,
    decimal? DiscountPercent = null, decimal? DiscountAmount = null, decimal Shipping = 0, decimal ShippingTaxPercent = 0, string? ShippingTaxClassId = null);

/// <summary>One line of it. A discount is a percentage or an amount, never more than the line is worth.</summary>
public sealed record LinePrices(decimal Quantity, decimal UnitPrice, decimal? DiscountPercent = null, decimal? DiscountAmount = null, decimal TaxPercent = 0, string? TaxClassId = null);

/// <summary>What a line comes to. Every amount is in whole minor units of the currency.</summary>
/// <param name="Gross">Quantity × unit price.</param>
/// <param name="Discount">Its own discount.</param>
/// <param name="OrderDiscount">Its part of the order's discount.</param>
/// <param name="Net">Without tax.</param>
public sealed record LineTotals(decimal Gross, decimal Discount, decimal OrderDiscount, decimal Net, decimal Tax)
{
    public decimal Total => Net + Tax;
}

/// <summary>The tax of one class at one rate.</summary>
/// <param name="Base">What is taxed, without the tax.</param>
public sealed record TaxTotals(decimal Percent, decimal Base, decimal Tax, string? TaxClassId = null);

/// <summary>
/// What an order comes to. The parts add up exactly: <see cref="GrandTotal"/> is the sum of the lines' nets, <see cref="Shipping"/> (without tax) and
/// <see cref="Tax"/>, and <see cref="OrderDiscount"/> is the sum of the lines' parts of it. Rounding is half away from zero.
/// </summary>
public sealed record OrderTotals(
    IReadOnlyList<LineTotals> Lines, decimal Subtotal, decimal LineDiscount, decimal OrderDiscount, decimal Shipping, decimal Tax, IReadOnlyList<TaxTotals> Taxes)
{
    public decimal GrandTotal => Lines.Sum(line => line.Net) + Shipping + Tax;

    private readonly record struct Rate(decimal Percent, string? TaxClassId);

    public static OrderTotals Of(OrderPrices prices)
    {
        decimal Round(decimal amount) => Money.Round(amount, prices.Currency);

        // What is left to pay is rounded, and the discount is the rest: 10 % off 0.25 leaves 0.23, as 0.9 × 0.25 does.
        decimal PercentOff(decimal amount, decimal? percent) => amount - Round(amount * (100 - (percent ?? 0)) / 100);

        var gross = prices.Lines.Select(line => Round(line.Quantity * line.UnitPrice)).ToList();
        var discounts = prices.Lines.Zip(gross, (line, amount) => line.DiscountAmount ?? PercentOff(amount, line.DiscountPercent)).ToList();
        var discounted = gross.Zip(discounts, (amount, discount) => amount - discount).ToList();
        var orderDiscount = prices.DiscountAmount ?? PercentOff(discounted.Sum(), prices.DiscountPercent);
        var shares = Spread(orderDiscount, discounted, prices.Currency);

        // Shipping is taxed as one more line is.
        var amounts = discounted.Zip(shares, (amount, share) => amount - share).Append(prices.Shipping).ToList();
        var rates = prices.Lines.Select(line => new Rate(line.TaxPercent, line.TaxClassId)).Append(new Rate(prices.ShippingTaxPercent, prices.ShippingTaxClassId)).ToList();
        var taxes = TaxOn(amounts, rates, prices);
        var nets = amounts.Zip(taxes, (amount, tax) => prices.PricesIncludeTax ? amount - tax : amount).ToList();

        var lines = prices.Lines.Select((_, i) => new LineTotals(gross[i], discounts[i], shares[i], nets[i], taxes[i])).ToList();
        var breakdown = nets.Zip(taxes, rates)
            .Where((part, i) => i < lines.Count || part.First + part.Second != 0)
            .GroupBy(part => part.Third)
            .OrderBy(rate => rate.Key.Percent)
            .Select(rate => new TaxTotals(rate.Key.Percent, rate.Sum(part => part.First), rate.Sum(part => part.Second), rate.Key.TaxClassId));
        return new OrderTotals(lines, gross.Sum(), discounts.Sum(), shares.Sum(), nets[^1], taxes.Sum(), [.. breakdown]);
    }

    /// <summary>The tax in or on each amount: rounded one by one, or once for each rate and then spread over its amounts.</summary>
    private static List<decimal> TaxOn(List<decimal> amounts, List<Rate> rates, OrderPrices prices)
    {
        if (prices.Rounding == TaxRounding.PerLine)
            return [.. amounts.Zip(rates, (amount, rate) => Tax(amount, rate.Percent))];

        var taxes = new decimal[amounts.Count];
        foreach (var rate in Enumerable.Range(0, amounts.Count).GroupBy(i => rates[i]))
        {
            var parts = rate.Select(i => amounts[i]).ToList();
            foreach (var (i, tax) in rate.Zip(Spread(Tax(parts.Sum(), rate.Key.Percent), parts, prices.Currency)))
                taxes[i] = tax;
        }

        return [.. taxes];

        decimal Tax(decimal amount, decimal percent) => prices.PricesIncludeTax
            ? amount - Money.Round(amount * 100 / (100 + percent), prices.Currency)
            : Money.Round(amount * percent / 100, prices.Currency);
    }

    /// <summary>
    /// Parts of an amount in proportion to the weights, in whole minor units, that add up to it: each is rounded down, and the units left over go to the
    /// largest remainders, the first of equals first.
    /// </summary>
    private static List<decimal> Spread(decimal amount, IReadOnlyList<decimal> weights, string currency)
    {
        // Whole numbers: a product of two amounts is more than a decimal holds exactly.
        var scale = (decimal)Math.Pow(10, Money.Decimals(currency));
        var units = weights.Select(weight => (Int128)(weight * scale)).ToList();
        var (whole, sum) = ((Int128)(amount * scale), units.Aggregate(Int128.Zero, (total, weight) => total + weight));
        if (sum == 0)
            return [.. weights.Select(_ => 0m)];

        var parts = units.Select(weight => whole * weight / sum).ToList();
        var left = (int)(whole - parts.Aggregate(Int128.Zero, (total, part) => total + part));
        foreach (var i in Enumerable.Range(0, units.Count).OrderByDescending(i => whole * units[i] % sum).Take(left))
            parts[i]++;

        return [.. parts.Select(part => (decimal)part / scale)];
    }
}
