using Crm.Entities.Types;
using Crm.Platform;

namespace Crm.Orders;

/// <summary>What an invoice of a part of an order comes to.</summary>
/// <param name="Shipping">Without tax.</param>
public sealed record InvoiceAmounts(IReadOnlyList<InvoiceLine> Lines, decimal Shipping, decimal Tax, IReadOnlyList<TaxTotals> Taxes)
{
    public decimal GrandTotal => Lines.Sum(line => line.Net) + Shipping + Tax;

    private readonly record struct Rate(decimal Percent, string? TaxClassId);

    /// <summary>
    /// A part of a line has that part of its amounts, rounded so that the parts up to it add up as they should; what completes a line has what is left of it, and
    /// the first invoice has all of the shipping. So the invoices of an order that are not void add up to it exactly, once all of it is invoiced.
    /// </summary>
    /// <param name="wanted">At most what is left to invoice of each line.</param>
    /// <param name="others">The order's other invoices that count.</param>
    public static InvoiceAmounts Of(SalesOrder order, IReadOnlyList<LineQuantity> wanted, IReadOnlyList<Invoice> others)
    {
        var before = others.SelectMany(invoice => invoice.Lines).ToLookup(line => line.LineId);
        var parts = wanted.Select(part => (Line: order.Find(part.LineId)!, part.Quantity)).Select(part => (part.Line, Invoiced: LineOf(part.Line, part.Quantity))).ToList();
        var withShipping = others.All(invoice => invoice.ShippingTotal == 0);
        var taxes = order.TaxBreakdown
            .Select(rate => TaxOf(new Rate(rate.Percent, rate.TaxClassId), rate))
            .Where(rate => rate.Base + rate.Tax != 0 || parts.Exists(part => RateOf(part.Line) == new Rate(rate.Percent, rate.TaxClassId)))
            .ToList();
        return new InvoiceAmounts([.. parts.Select(part => part.Invoiced)], withShipping ? order.ShippingTotal : 0, taxes.Sum(rate => rate.Tax), taxes);

        InvoiceLine LineOf(SalesOrderLine line, decimal quantity)
        {
            var (invoiced, net, tax) = (before[line.Id].Sum(part => part.Quantity), before[line.Id].Sum(part => part.Net), before[line.Id].Sum(part => part.Tax));
            return InvoiceLine.Of(line, quantity, Part(line.Net, net), Part(line.Tax, tax));

            decimal Part(decimal whole, decimal had) => invoiced + quantity >= line.Quantity
                ? whole - had
                : Math.Clamp(Money.Round(whole * (invoiced + quantity) / line.Quantity, order.Currency) - had, 0, whole - had);
        }

        TaxTotals TaxOf(Rate rate, TaxTotals ordered)
        {
            var (net, tax) = (0m, 0m);
            foreach (var (_, line) in parts.Where(part => RateOf(part.Line) == rate))
                (net, tax) = (net + line.Net, tax + line.Tax);

            // What of a rate is on no line is on the shipping.
            if (withShipping)
            {
                var lines = order.Lines.Where(line => RateOf(line) == rate).ToList();
                (net, tax) = (net + ordered.Base - lines.Sum(line => line.Net), tax + ordered.Tax - lines.Sum(line => line.Tax));
            }

            return ordered with { Base = net, Tax = tax };
        }
    }

    private static Rate RateOf(SalesOrderLine line) => new(line.TaxPercent, line.TaxClassId);
}
