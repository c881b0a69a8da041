namespace Crm.Entities.Types;

/// <summary>What follows when an action changes an order's state, its quantities or its payments.</summary>
internal static class OrderMoves
{
    public static SalesOrder Moved(SalesOrder order, SalesOrder before, WriteContext context)
    {
        var moved = Timed(order, before, context);
        moved = moved with { Fulfillment = FulfillmentOf(moved), Payment = PaymentOf(moved), Invoicing = InvoicingOf(moved) };
        if (moved is { Status: OrderStatus.Confirmed, Fulfillment: OrderFulfillment.Fulfilled, Payment: OrderPayment.Paid })
            moved = moved with { Status = OrderStatus.Completed, CompletedAt = context.Now };

        Announce(moved, before, context);
        return moved;
    }

    private static SalesOrder Timed(SalesOrder order, SalesOrder before, WriteContext context) => before.Status == order.Status ? order : order.Status switch
    {
        OrderStatus.Draft => order with { RejectionReason = null },
        OrderStatus.Submitted => Planned(order, context) with
        {
            SubmittedAt = context.Now,
            HoldReason = null,
            Processing = (order.Processing ?? new OrderProcessing()) with { Attempts = (order.Processing?.Attempts ?? 0) + 1, LastError = null },
        },
        OrderStatus.Confirmed => order with
        {
            ConfirmedAt = context.Now,
            Lines = [.. order.Lines.Select(line => line.TracksStock ? line with { QuantityReserved = line.Quantity } : line)],
        },
        OrderStatus.Cancelled => order with { CancelledAt = context.Now, Lines = [.. order.Lines.Select(line => line with { QuantityReserved = 0 })] },
        _ => order,
    };

    private static SalesOrder Planned(SalesOrder order, WriteContext context) => context.Provided<StockPlan>() is not { } plan ? order : order with
    {
        Lines = [.. order.Lines.Select(line => line with { StockItemId = line is { TracksStock: true, ProductId: { } product } ? plan.ItemOfProduct.GetValueOrDefault(product) : null })],
    };

    private static OrderFulfillment FulfillmentOf(SalesOrder order)
    {
        var sent = order.Lines.Where(line => line.RequiresShipping).ToList();
        return order.Lines.Any(line => line.QuantityReturned > 0) && order.Lines.All(line => line.QuantityReturned >= line.QuantityShipped) ? OrderFulfillment.Returned
            : order.Status is not (OrderStatus.Confirmed or OrderStatus.Completed) ? OrderFulfillment.Unfulfilled
            : sent.TrueForAll(line => line.QuantityShipped >= line.Quantity) ? OrderFulfillment.Fulfilled
            : order.Lines.Any(line => line.QuantityShipped > 0) ? OrderFulfillment.Partial
            : order.Lines.Any(line => line.QuantityReserved > 0) ? OrderFulfillment.Reserved
            : OrderFulfillment.Unfulfilled;
    }

    private static OrderPayment PaymentOf(SalesOrder order) =>
        order.PaidTotal - order.RefundedTotal >= order.GrandTotal && order.Status is OrderStatus.Confirmed or OrderStatus.Completed ? OrderPayment.Paid
        : order.RefundedTotal > 0 ? (order.RefundedTotal >= order.PaidTotal ? OrderPayment.Refunded : OrderPayment.PartiallyRefunded)
        : order.PaidTotal > 0 ? OrderPayment.Partial
        : order.AuthorizedTotal > 0 ? OrderPayment.Authorized
        : OrderPayment.Unpaid;

    private static OrderInvoicing InvoicingOf(SalesOrder order) =>
        order.InvoiceIds.Count == order.VoidInvoiceIds.Count ? OrderInvoicing.NotInvoiced
        : order.Lines.All(line => line.QuantityInvoiced >= line.Quantity) ? OrderInvoicing.Invoiced
        : OrderInvoicing.Partial;

    private static void Announce(SalesOrder order, SalesOrder before, WriteContext context)
    {
        if (order.Status != before.Status)
        {
            // Confirmed, shipped and paid at once is still confirmed first.
            if (order.Status == OrderStatus.Completed && before.Status == OrderStatus.Submitted)
                context.Announce("confirmed");
            if (order.Status != OrderStatus.Draft)
                context.Announce(order.Status == OrderStatus.OnHold ? "on_hold" : order.Status.ToString().ToLowerInvariant());
        }

        if (order.Fulfillment == OrderFulfillment.Fulfilled && before.Fulfillment != OrderFulfillment.Fulfilled)
            context.Announce("fulfilled");
    }
}
