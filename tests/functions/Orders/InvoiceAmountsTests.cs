using Crm.Entities.Types;
using Crm.Orders;
using Crm.Platform;
using Crm.Tenants;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Crm.Tests.Orders;

/// <summary>Invoices of any parts of any order, in any order, some of them void again.</summary>
public sealed class InvoiceAmountsTests
{
    [Property(MaxTest = 500, Arbitrary = [typeof(AnyOrder)])]
    public void Invoices_OfAnyParts_AddUpExactly(Invoicing invoicing)
    {
        var (order, live) = (invoicing.Order, new List<Invoice>());
        foreach (var (line, tenths, isVoid) in invoicing.Steps)
        {
            var wanted = order.Lines.Where((one, index) => index % (line + 1) == 0 && Left(one, live) > 0)
                .Select(one => new LineQuantity { LineId = one.Id, Quantity = Math.Min(Left(one, live), Math.Max(0.0001m, decimal.Round(one.Quantity * tenths / 10, 4))) }).ToList();
            Add(wanted);
            if (isVoid && live.Count > 0)
                live.RemoveAt(tenths % live.Count);
        }

        Add([.. order.Lines.Where(line => Left(line, live) > 0).Select(line => new LineQuantity { LineId = line.Id, Quantity = Left(line, live) })]);

        Assert.Equal(order.GrandTotal, live.Sum(invoice => invoice.GrandTotal));
        Assert.Equal((order.ShippingTotal, order.TaxTotal), (live.Sum(invoice => invoice.ShippingTotal), live.Sum(invoice => invoice.TaxTotal)));
        Assert.All(order.Lines, line => Assert.Equal(
            (line.Quantity, line.Net, line.Tax), (Of(line).Sum(part => part.Quantity), Of(line).Sum(part => part.Net), Of(line).Sum(part => part.Tax))));
        Assert.All(order.TaxBreakdown, rate => Assert.Equal(
            (rate.Base, rate.Tax), (Taxed(rate).Sum(part => part.Base), Taxed(rate).Sum(part => part.Tax))));
        Assert.All(live, invoice => Assert.Equal(invoice.GrandTotal, invoice.TaxBreakdown.Sum(rate => rate.Base + rate.Tax)));
        Assert.All(live.SelectMany(invoice => invoice.Lines), line => Assert.Equal((true, true, line.Net), (line.Net >= 0, line.Tax >= 0, Money.Round(line.Net, order.Currency))));

        void Add(IReadOnlyList<LineQuantity> wanted)
        {
            if (wanted.Count == 0)
                return;

            var amounts = InvoiceAmounts.Of(order, wanted, live);
            live.Add(new Invoice
            {
                Series = "",
                OrderId = "",
                CustomerId = "",
                Currency = order.Currency,
                Lines = amounts.Lines,
                ShippingTotal = amounts.Shipping,
                TaxTotal = amounts.Tax,
                GrandTotal = amounts.GrandTotal,
                TaxBreakdown = amounts.Taxes,
            });
        }

        IEnumerable<InvoiceLine> Of(SalesOrderLine line) => live.SelectMany(invoice => invoice.Lines).Where(part => part.LineId == line.Id);

        IEnumerable<TaxTotals> Taxed(TaxTotals rate) => live.SelectMany(invoice => invoice.TaxBreakdown).Where(part => part.Percent == rate.Percent && part.TaxClassId == rate.TaxClassId);
    }

    [Property(MaxTest = 200, Arbitrary = [typeof(AnyOrder)])]
    public void Invoice_OfAllOfAnOrder_IsTheOrder(Invoicing invoicing)
    {
        var order = invoicing.Order;

        var amounts = InvoiceAmounts.Of(order, [.. order.Lines.Select(line => new LineQuantity { LineId = line.Id, Quantity = line.Quantity })], []);

        Assert.Equal((order.GrandTotal, order.TaxTotal, order.ShippingTotal), (amounts.GrandTotal, amounts.Tax, amounts.Shipping));
        Assert.Equal(order.TaxBreakdown, amounts.Taxes);
    }

    private static decimal Left(SalesOrderLine line, IEnumerable<Invoice> live) =>
        line.Quantity - live.SelectMany(invoice => invoice.Lines).Where(part => part.LineId == line.Id).Sum(part => part.Quantity);

    /// <param name="Steps">Which lines are invoiced next, how much of each, and whether one of the invoices is then void.</param>
    public sealed record Invoicing(SalesOrder Order, IReadOnlyList<(int Line, int Tenths, bool IsVoid)> Steps);

    private static class AnyOrder
    {
        public static Arbitrary<Invoicing> Orders() => (
            from currency in Gen.Elements("EUR", "JPY", "KWD")
            from rounding in Gen.Elements(TaxRounding.PerLine, TaxRounding.PerTotal)
            from inclusive in Gen.Elements(true, false)
            from lines in Line().NonEmptyListOf()
            from discount in Gen.Choose(0, 30)
            from shipping in Gen.Choose(0, 900)
            from shippingTax in Gen.Elements(0m, 7m, 19m)
            from steps in Step().ListOf()
            select new Invoicing(
                Order(new OrderPrices([.. lines.Take(6)], currency, rounding, inclusive, discount, null, Money.Round(shipping / 100m, currency), shippingTax, Class(shippingTax))), [.. steps.Take(8)])).ToArbitrary();

        private static Gen<LinePrices> Line() =>
            from quantity in Gen.Choose(1, 70_000)
            from price in Gen.Choose(0, 30_000)
            from tax in Gen.Elements(0m, 7m, 19m)
            select new LinePrices(quantity / 10_000m, price / 1_000m, null, null, tax, Class(tax));

        private static Gen<(int, int, bool)> Step() =>
            from line in Gen.Choose(0, 3)
            from tenths in Gen.Choose(0, 10)
            from isVoid in Gen.Elements(true, false, false)
            select (line, tenths, isVoid);

        private static string? Class(decimal tax) => tax == 0 ? null : $"class-{tax}";

        private static SalesOrder Order(OrderPrices prices)
        {
            var totals = OrderTotals.Of(prices);
            return new SalesOrder
            {
                CustomerId = "",
                Currency = prices.Currency,
                Lines = [.. prices.Lines.Zip(totals.Lines).Select((line, index) => new SalesOrderLine
                {
                    Id = $"line-{index}",
                    Quantity = line.First.Quantity,
                    UnitPrice = line.First.UnitPrice,
                    TaxPercent = line.First.TaxPercent,
                    TaxClassId = line.First.TaxClassId,
                    Net = line.Second.Net,
                    Tax = line.Second.Tax,
                })],
                ShippingTotal = totals.Shipping,
                TaxTotal = totals.Tax,
                GrandTotal = totals.GrandTotal,
                TaxBreakdown = totals.Taxes,
            };
        }
    }
}
