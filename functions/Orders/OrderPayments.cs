using Crm.Entities.Types;

namespace Crm.Orders;

/// <summary>
/// What an order says of its payments. Each step is taken once, and none after one that ends it: the order's lists tell. So it does not matter how often and
/// in which order the steps of a payment come.
/// </summary>
internal static class OrderPayments
{
    public static bool IsPayable(SalesOrder order) => order.Status is OrderStatus.Submitted or OrderStatus.OnHold or OrderStatus.Confirmed or OrderStatus.Completed;

    public static bool IsFull(SalesOrder order) => order.PaymentIds.Union(order.AuthorizedPaymentIds).Union(order.FailedPaymentIds).Count() >= SalesOrder.MaxParts;

    public static decimal Due(SalesOrder order) => order.GrandTotal - order.PaidTotal + order.RefundedTotal;

    /// <summary>The order after what has become of a payment.</summary>
    public static SalesOrder With(SalesOrder order, Payment payment) => payment switch
    {
        { Status: PaymentStatus.Refunded } => Refunded(order, payment),
        { Status: PaymentStatus.Failed } => Dropped(order, payment),
        { Status: PaymentStatus.Pending, Authorized: true } => Authorized(order, payment),
        { Status: PaymentStatus.Pending } => Counted(order, payment),
        _ => order,
    };

    private static SalesOrder Authorized(SalesOrder order, Payment payment) =>
        order.AuthorizedPaymentIds.Contains(payment.Id) || IsSettled(order, payment) || !IsPayable(order) || IsFull(order) ? order : order with
        {
            AuthorizedPaymentIds = [.. order.AuthorizedPaymentIds, payment.Id],
            AuthorizedTotal = order.AuthorizedTotal + payment.Amount,
        };

    /// <summary>A payment that cannot be counted has failed, and is never counted later.</summary>
    private static SalesOrder Counted(SalesOrder order, Payment payment)
    {
        if (IsSettled(order, payment))
            return order;
        if (!IsPayable(order) || payment.Amount > Due(order) || (IsFull(order) && !order.AuthorizedPaymentIds.Contains(payment.Id)))
            return Dropped(order, payment);

        return Unpromised(order, payment) with { PaymentIds = [.. order.PaymentIds, payment.Id], PaidTotal = order.PaidTotal + payment.Amount };
    }

    private static SalesOrder Dropped(SalesOrder order, Payment payment) =>
        IsSettled(order, payment) || (IsFull(order) && !order.AuthorizedPaymentIds.Contains(payment.Id))
            ? order
            : Unpromised(order, payment) with { FailedPaymentIds = [.. order.FailedPaymentIds, payment.Id] };

    private static SalesOrder Refunded(SalesOrder order, Payment payment) => order.RefundedPaymentIds.Contains(payment.Id) ? order : order with
    {
        RefundedPaymentIds = [.. order.RefundedPaymentIds, payment.Id],
        RefundedTotal = order.RefundedTotal + payment.RefundedAmount!.Value,
    };

    /// <summary>What was promised is kept or broken now.</summary>
    private static SalesOrder Unpromised(SalesOrder order, Payment payment) =>
        order.AuthorizedPaymentIds.Contains(payment.Id) ? order with { AuthorizedTotal = order.AuthorizedTotal - payment.Amount } : order;

    private static bool IsSettled(SalesOrder order, Payment payment) => order.PaymentIds.Contains(payment.Id) || order.FailedPaymentIds.Contains(payment.Id);
}
