using Crm.Entities;
using Crm.Entities.Schema;
using Crm.Entities.Types;
using Crm.Platform;

namespace Crm.Orders;

/// <summary>What was received, or promised.</summary>
public sealed record PaymentBody
{
    [Number(4, Min = 0, AboveMin = true, Max = OrderRules.MaxAmount)] public required decimal Amount { get; init; }

    /// <summary>It is only promised: it stays pending until it is captured, or fails.</summary>
    public bool Authorized { get; init; }

    public PaymentMethod Method { get; init; } = PaymentMethod.Other;

    public string? Reference { get; init; }

    /// <summary>By default, now.</summary>
    public DateTimeOffset? ReceivedAt { get; init; }
}

/// <summary>Counts money that was received for an order, or promised: in the order first, then in its invoices.</summary>
public sealed class PayOrder(OrderParts parts, InvoicePayments invoices, OrderEffects effects, TimeProvider time)
{
    public async Task<Result<RecordReply>> RunAsync(string orderId, PaymentBody body, WriteOptions options, CancellationToken cancellation)
    {
        if (await parts.ReplayAsync<Payment>(options.Key, cancellation) is { } replay)
            return replay;
        var found = await parts.FindAsync<SalesOrder>(orderId, options.IfMatch, cancellation);
        if (found.Failed)
            return found.Error;

        var order = found.Value;
        if (!OrderPayments.IsPayable(order))
            return new WrongState("A draft is not paid for, nor an order that was rejected or cancelled.");
        if (Refused(order, body.Amount) is { } refused)
            return refused;

        var payment = new Payment
        {
            OrderId = orderId,
            OwnerId = order.OwnerId,
            TeamIds = order.TeamIds,
            Amount = body.Amount,
            Authorized = body.Authorized,
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

    /// <summary>Does what is left to do of a payment, whatever has become of it.</summary>
    /// <exception cref="UnsettledException">It cannot be done now.</exception>
    public async Task FinishAsync(string paymentId, CancellationToken cancellation)
    {
        if (await parts.LatestAsync<Payment>(paymentId, cancellation) is not { } payment || payment.Status == PaymentStatus.Succeeded)
            return;

        var action = payment.Status == PaymentStatus.Refunded ? "refund" : "pay";
        var order = await parts.ActAsync<SalesOrder>(payment.OrderId, action, present => OrderPayments.With(present, payment), cancellation);
        if (payment is not { Status: PaymentStatus.Pending, Authorized: false })
            return;

        await invoices.SpreadAsync(order, cancellation);
        await parts.ActAsync<Payment>(paymentId, "pay", present => present.Status != PaymentStatus.Pending ? present : order.PaymentIds.Contains(paymentId)
            ? present with { Status = PaymentStatus.Succeeded }
            : present with { Status = PaymentStatus.Failed, FailureReason = "Meanwhile the order was paid otherwise, or cancelled." }, cancellation);
    }

    private static Invalid? Refused(SalesOrder order, decimal amount)
    {
        var due = OrderPayments.Due(order);
        (string Code, string Detail)? wrong =
            Money.Round(amount, order.Currency) != amount ? ("scale", $"must have at most {Money.Decimals(order.Currency)} decimals in {order.Currency}")
            : amount > due ? ("max", $"must not be more than what is due: {due:0.00##}")
            : OrderPayments.IsFull(order) ? ("max", $"is one too many: an order has at most {SalesOrder.MaxParts} payments")
            : null;
        return wrong is var (code, detail) ? new Invalid([new FieldError("#/amount", code, detail)]) : null;
    }
}
