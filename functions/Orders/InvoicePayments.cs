using Crm.Entities.Types;

namespace Crm.Orders;

/// <summary>Tells an order's invoices what was paid: the oldest first. What was told is not taken back, since an invoice that is paid stays so.</summary>
public sealed class InvoicePayments(OrderParts parts)
{
    /// <exception cref="UnsettledException">It cannot be done now.</exception>
    public async Task SpreadAsync(SalesOrder order, CancellationToken cancellation)
    {
        var left = order.PaidTotal - order.RefundedTotal;
        foreach (var invoice in left > 0 ? await parts.InvoicesOfAsync(order, cancellation) : [])
        {
            var paid = Math.Min(left, invoice.GrandTotal);
            left -= paid;
            if (paid > invoice.AmountPaid)
                await parts.ActAsync<Invoice>(invoice.Id, "pay", present => present.Status == InvoiceStatus.Void ? present : present with { AmountPaid = Math.Max(present.AmountPaid, paid) }, cancellation);
        }
    }
}
