using Crm.Platform;

namespace Crm.Entities.Types;

/// <summary>The rules of an order that span its lines.</summary>
internal static class OrderRules
{
    /// <summary>What a line, and an order, can come to: with the three decimals that some currencies have, 15 digits.</summary>
    public const double MaxAmount = 1_000_000_000_000;

    /// <summary>A draft with the prices of its lines and what they come to.</summary>
    public static SalesOrder Priced(SalesOrder order, SalesOrder? before, WriteContext context)
    {
        var repriced = before is not null && before.Currency != order.Currency;
        var last = before?.Lines.Select(line => line.LineNumber).DefaultIfEmpty().Max() ?? 0;
        var lines = order.Lines
            .Select((line, index) => line.Priced(before?.Find(line.Id), order.Currency, repriced, $"#/lines/{index}", context))
            .Select(line => line.Id.Length > 0 ? line : line with { Id = context.NewId(), LineNumber = ++last })
            .ToList();
        CheckDiscounts(order.DiscountPercent, order.DiscountAmount, order.Currency, "#", context);
        CheckCoins(order.ShippingAmount, order.Currency, "#/shippingAmount", context);
        if (order.Status != OrderStatus.Draft && lines.Count == 0)
            context.Refuse("#/lines", "min-length", "must have at least 1 element before the order is submitted");

        return context.Errors.Count > 0 ? order : Totalled(order with { Lines = lines }, context);
    }

    /// <summary>What was agreed on stays: the lines, and what the totals follow from.</summary>
    public static void CheckFrozen(SalesOrder order, SalesOrder before, WriteContext context)
    {
        Keep("lines", order.Lines.SequenceEqual(before.Lines));
        Keep("customerId", order.CustomerId == before.CustomerId);
        Keep("currency", order.Currency == before.Currency);
        Keep("discountPercent", order.DiscountPercent == before.DiscountPercent);
        Keep("discountAmount", order.DiscountAmount == before.DiscountAmount);
        Keep("shippingAmount", order.ShippingAmount == before.ShippingAmount);

        void Keep(string field, bool same)
        {
            if (!same)
                context.Refuse($"#/{field}", "not-a-draft", "can be changed only while the order is a draft");
        }
    }

    /// <summary>Refuses two discounts in one place, and amounts that the currency has no coins for.</summary>
    public static void CheckDiscounts(decimal? percent, decimal? amount, string currency, string pointer, WriteContext context)
    {
        if (percent is not null && amount is not null)
            context.Refuse($"{pointer}/discountAmount", "not-allowed", "there can be a discountPercent or a discountAmount, not both");
        CheckCoins(amount, currency, $"{pointer}/discountAmount", context);
    }

    private static void CheckCoins(decimal? amount, string currency, string pointer, WriteContext context)
    {
        if (amount is { } exact && Money.Round(exact, currency) != exact)
            context.Refuse(pointer, "scale", $"must have at most {Money.Decimals(currency)} decimals in {currency}");
    }

    private static SalesOrder Totalled(SalesOrder order, WriteContext context)
    {
        var totals = OrderTotals.Of(new OrderPrices(
            [.. order.Lines.Select(line => new LinePrices(line.Quantity, line.UnitPrice!.Value, line.DiscountPercent, line.DiscountAmount, line.TaxPercent))],
            order.Currency, context.Tenant.TaxRounding, context.Tenant.PricesIncludeTax, order.DiscountPercent, order.DiscountAmount, order.ShippingAmount ?? 0));
        if (order.DiscountAmount > totals.Subtotal - totals.LineDiscount)
            context.Refuse("#/discountAmount", "max", "must not be more than what the lines come to");
        if (totals.GrandTotal > (decimal)MaxAmount)
            context.Refuse("#/lines", "max", $"come to more than {MaxAmount}");

        return order with
        {
            Lines = [.. order.Lines.Zip(totals.Lines, (line, total) => line with { Net = total.Net, Tax = total.Tax, Total = total.Total })],
            Subtotal = totals.Subtotal,
            LineDiscountTotal = totals.LineDiscount,
            OrderDiscountTotal = totals.OrderDiscount,
            ShippingTotal = totals.Shipping,
            TaxTotal = totals.Tax,
            GrandTotal = totals.GrandTotal,
            TaxBreakdown = totals.Taxes,
        };
    }
}
