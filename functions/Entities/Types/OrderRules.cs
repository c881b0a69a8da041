using Crm.Platform;

namespace Crm.Entities.Types;

/// <summary>The rules of an order that span its lines.</summary>
internal static class OrderRules
{
    /// <summary>What a line, and an order, can come to: with the three decimals that some currencies have, 15 digits.</summary>
    public const double MaxAmount = 1_000_000_000_000;

    /// <summary>An order with the prices of its lines and what they come to.</summary>
    public static SalesOrder Priced(SalesOrder order, SalesOrder? before, OrderTerms terms, WriteContext context)
    {
        var customer = context.Find<Customer>(order.CustomerId);
        if (context.Find<PriceList>(order.PriceListId) is { } list && list.Currency != order.Currency)
            context.Refuse("#/priceListId", "currency", $"must be a price list in {order.Currency}; '{list.Name}' is in {list.Currency}");

        var last = before?.Lines.Select(line => line.LineNumber).DefaultIfEmpty().Max() ?? 0;
        var lines = order.Lines
            .Select((line, index) => line.Priced(before?.Find(line.Id), terms, $"#/lines/{index}", context))
            .Select(line => line.Id.Length > 0 ? line : line with { Id = context.NewId(), LineNumber = ++last })
            .ToList();
        CheckDiscounts(order.DiscountPercent, order.DiscountAmount, order.Currency, "#", context);
        CheckCoins(order.ShippingAmount, order.Currency, "#/shippingAmount", context);
        if (order.Status == OrderStatus.Submitted)
        {
            CheckSubmitted(order, terms, context);
            order = order with
            {
                BillingAddress = order.BillingAddress ?? customer?.DefaultBillingAddress,
                ShippingAddress = order.ShippingAddress ?? customer?.DefaultShippingAddress,
                PaymentTerms = order.PaymentTerms ?? customer?.PaymentTerms,
            };
        }

        var address = order.ShippingAddress ?? order.BillingAddress ?? customer?.DefaultShippingAddress ?? customer?.DefaultBillingAddress;
        decimal TaxOn(string? taxClassId) => customer?.TaxExempt == true ? 0 : terms.TaxOn(taxClassId, address);
        return context.Errors.Count > 0
            ? order
            : Totalled(order with { Lines = [.. lines.Select(line => line with { TaxPercent = TaxOn(line.TaxClassId) })] }, TaxOn(order.ShippingTaxClassId), terms, context);
    }

    /// <summary>Whether all that prices, taxes and totals follow from is as it was.</summary>
    public static bool ArePricedAlike(SalesOrder one, SalesOrder other) =>
        Changed(one, other).Count == 0 && one.ShippingAddress == other.ShippingAddress && one.BillingAddress == other.BillingAddress;

    /// <summary>What was agreed on stays: the lines, and what prices and totals follow from.</summary>
    public static void CheckFrozen(SalesOrder order, SalesOrder before, WriteContext context)
    {
        foreach (var field in Changed(order, before))
            context.Refuse($"#/{field}", "not-a-draft", "can be changed only while the order is a draft");
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

    private static void CheckSubmitted(SalesOrder order, OrderTerms terms, WriteContext context)
    {
        if (order.Lines.Count == 0)
            context.Refuse("#/lines", "min-length", "must have at least 1 element before the order is submitted");
        if (terms.ExchangeRate is null)
            context.Refuse("#/exchangeRate", "no-rate", $"is not known: add to exchange-rates what {terms.Currency} was worth in {terms.BaseCurrency} on {terms.Date:yyyy-MM-dd} or before");
    }

    /// <summary>Which of the fields that are agreed on by submitting differ.</summary>
    private static List<string> Changed(SalesOrder one, SalesOrder other)
    {
        var changed = new List<string>();
        Compare("lines", one.Lines.SequenceEqual(other.Lines));
        Compare("customerId", one.CustomerId == other.CustomerId);
        Compare("orderDate", one.OrderDate == other.OrderDate);
        Compare("currency", one.Currency == other.Currency);
        Compare("priceListId", one.PriceListId == other.PriceListId);
        Compare("discountPercent", one.DiscountPercent == other.DiscountPercent);
        Compare("discountAmount", one.DiscountAmount == other.DiscountAmount);
        Compare("shippingAmount", one.ShippingAmount == other.ShippingAmount);
        Compare("shippingTaxClassId", one.ShippingTaxClassId == other.ShippingTaxClassId);
        return changed;

        void Compare(string field, bool same)
        {
            if (!same)
                changed.Add(field);
        }
    }

    private static SalesOrder Totalled(SalesOrder order, decimal shippingTaxPercent, OrderTerms terms, WriteContext context)
    {
        var totals = OrderTotals.Of(new OrderPrices(
            [.. order.Lines.Select(line => new LinePrices(line.Quantity, line.UnitPrice!.Value, line.DiscountPercent, line.DiscountAmount, line.TaxPercent, line.TaxClassId))],
            order.Currency, context.Tenant.TaxRounding, context.Tenant.PricesIncludeTax, order.DiscountPercent, order.DiscountAmount,
            order.ShippingAmount ?? 0, shippingTaxPercent, order.ShippingTaxClassId));
        var value = terms.ExchangeRate is { } rate ? Money.Round(totals.GrandTotal * rate, terms.BaseCurrency) : (decimal?)null;
        if (order.DiscountAmount > totals.Subtotal - totals.LineDiscount)
            context.Refuse("#/discountAmount", "max", "must not be more than what the lines come to");
        if (totals.GrandTotal > (decimal)MaxAmount || value > (decimal)MaxAmount)
            context.Refuse("#/lines", "max", $"come to more than {MaxAmount}");

        return order with
        {
            Lines = [.. order.Lines.Zip(totals.Lines, (line, total) => line with { Net = total.Net, Tax = total.Tax, Total = total.Total })],
            ExchangeRate = terms.ExchangeRate,
            Subtotal = totals.Subtotal,
            LineDiscountTotal = totals.LineDiscount,
            OrderDiscountTotal = totals.OrderDiscount,
            ShippingTotal = totals.Shipping,
            TaxTotal = totals.Tax,
            GrandTotal = totals.GrandTotal,
            BaseGrandTotal = value,
            TaxBreakdown = totals.Taxes,
        };
    }
}
