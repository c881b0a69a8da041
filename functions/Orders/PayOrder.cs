using Crm.Entities;
using Crm.Entities.Schema;
using Crm.Entities.Types;
using Crm.Platform;

namespace Crm.Orders;

/// <summary>What was received.</summary>
public sealed record PaymentBody
{
    [Number(4, Min = 0, AboveMin = true, Max = OrderRules.MaxAmount)] public required decimal Amount { get; init; }

    public PaymentMethod Method { get; init; } = PaymentMethod.Other;

    public string? Reference { get; init; }

    /// <summary>By default, now.</summary>
    public DateTimeOffset? ReceivedAt { get; init; }
}

/// <summary>Counts money that was received for an order: in the order first, then in its invoice.</summary>
public sealed class PayOrder(OrderParts parts, OrderEffects effects, TimeProvider time)
{
    public async Task<Result<RecordReply>> RunAsync(string orderId, PaymentBody body, WriteOptions options, CancellationToken cancellation)
    {
        if (await parts.ReplayAsync<Payment>(options.Key, cancellation) is { } replay)
            return replay;
        var found = await parts.OrderAsync(orderId, options.IfMatch, cancellation);
        if (found.Failed)
            return found.Error;

        var order = found.Value;
        if (!IsPayable(order))
            return new WrongState("A draft is not paid for, nor an order that was rejected or cancelled.");
        if (Refused(order, body.Amount) is { } refused)
            return refused;

        var payment = new Payment
        {
            OrderId = orderId,
            OwnerId = order.OwnerId,
            TeamIds = order.TeamIds,
            Amount = body.Amount,
            Currency = order.Currency,
            Method = body.Method,
            Reference = body.Reference,
            ReceivedAt = body.ReceivedAt ?? time.GetUtcNow(),
        };
        var created = await parts.CreateAsync(parts.IdOf(options.Key), payment, options, cancellation);
        if (created.Failed)
            return created.Error;

        // What is not settled now goes on by the message of the creation; the answer says how far it is.
        await effects.TryAsync<PayOrder>((pay, token) => pay.FinishAsync(created.Value.Id, token), cancellation);
        return await parts.MadeAsync(created.Value, cancellation);
    }

    /// <summary>Does what is left to do of a payment.</summary>
    /// <exception cref="UnsettledException">It cannot be done now.</exception>
    public async Task FinishAsync(string paymentId, CancellationToken cancellation)
    {
        if (await parts.LatestAsync<Payment>(paymentId, cancellation) is not { Status: PaymentStatus.Pending } payment)
            return;

        var order = await parts.ActAsync<SalesOrder>(payment.OrderId, "pay", present => Counted(present, payment), cancellation);
        var counted = order.PaymentIds.Contains(payment.Id);
        if (counted && order.InvoiceId is { } invoice)
            await parts.ActAsync<Invoice>(invoice, "pay", present => present with { AmountPaid = Math.Max(present.AmountPaid, order.PaidTotal) }, cancellation);
        await parts.ActAsync<Payment>(paymentId, "pay", present => present.Status != PaymentStatus.Pending ? present : counted
            ? present with { Status = PaymentStatus.Succeeded }
            : present with { Status = PaymentStatus.Failed, FailureReason = "Meanwhile the order was paid otherwise, or cancelled." }, cancellation);
    }

    private static SalesOrder Counted(SalesOrder order, Payment payment) =>
        order.PaymentIds.Contains(payment.Id) || !IsPayable(order) || order.PaymentIds.Count == SalesOrder.MaxParts || payment.Amount > Due(order)
            ? order
            : order with { PaymentIds = [.. order.PaymentIds, payment.Id], PaidTotal = order.PaidTotal + payment.Amount };

    private static Invalid? Refused(SalesOrder order, decimal amount)
    {
        (string Code, string Detail)? wrong =
            Money.Round(amount, order.Currency) != amount ? ("scale", $"must have at most {Money.Decimals(order.Currency)} decimals in {order.Currency}")
            : amount > Due(order) ? ("max", $"must not be more than what is due: {Due(order):0.00##}")
            : order.PaymentIds.Count == SalesOrder.MaxParts ? ("max", $"is one too many: an order has at most {SalesOrder.MaxParts} payments")
            : null;
        return wrong is var (code, detail) ? new Invalid([new FieldError("#/amount", code, detail)]) : null;
    }

    private static bool IsPayable(SalesOrder order) => order.Status is OrderStatus.Submitted or OrderStatus.OnHold or OrderStatus.Confirmed or OrderStatus.Completed;

    private static decimal Due(SalesOrder order) => order.GrandTotal - order.PaidTotal;
}
