using Crm.Entities;
using Crm.Entities.Schema;
using Crm.Entities.Types;
using Crm.Platform;

namespace Crm.Orders;

/// <summary>What to pay back.</summary>
public sealed record RefundBody
{
    /// <summary>By default, all of it.</summary>
    [Number(4, Min = 0, AboveMin = true, Max = OrderRules.MaxAmount)] public decimal? Amount { get; init; }

    public string? Reason { get; init; }
}

/// <summary>
/// What becomes of a payment. The payment says so first, then its order follows. Done again, each answers the payment as it is.
/// </summary>
public sealed class PaymentActions(EntityService entities, OrderParts parts, OrderEffects effects, TimeProvider time)
{
    /// <summary>Takes what was promised: from now on it is a payment like any other, and fails where it is no longer due.</summary>
    public async Task<Result<RecordReply>> CaptureAsync(string id, WriteOptions options, CancellationToken cancellation)
    {
        var captured = await entities.ActAsync<Payment>(
            id, "capture", options, present => present is { Status: PaymentStatus.Pending, Authorized: true } ? present with { Authorized = false, ReceivedAt = time.GetUtcNow() } : present, cancellation);
        return await FollowedAsync(captured, cancellation);
    }

    /// <summary>What was promised does not come.</summary>
    public async Task<Result<RecordReply>> FailAsync(string id, string? reason, WriteOptions options, CancellationToken cancellation)
    {
        // What was received is left to be counted.
        var failed = await entities.ActAsync<Payment>(
            id, "fail", options, present => present is { Status: PaymentStatus.Failed } or { Status: PaymentStatus.Pending, Authorized: false } ? present : present with { Status = PaymentStatus.Failed, FailureReason = reason }, cancellation);
        return failed.Failed ? failed
            : ((Payment)failed.Value.Type.Deserialize(failed.Value.Data)).Status == PaymentStatus.Failed ? await FollowedAsync(failed, cancellation)
            : new WrongState("The payment was received; it is being counted.");
    }

    /// <summary>Pays a payment back, once, in whole or in part.</summary>
    public async Task<Result<RecordReply>> RefundAsync(string id, RefundBody body, WriteOptions options, CancellationToken cancellation)
    {
        var found = await parts.FindAsync<Payment>(id, condition: null, cancellation);
        if (found.Failed)
            return found.Error;
        if (found.Value.Status != PaymentStatus.Refunded && Refused(found.Value, body.Amount) is { } refused)
            return refused;

        var refunded = await entities.ActAsync<Payment>(id, "refund", options, present => present.Status == PaymentStatus.Refunded ? present : present with
        {
            Status = PaymentStatus.Refunded,
            RefundedAmount = body.Amount ?? present.Amount,
            RefundReason = body.Reason,
        }, cancellation);
        return await FollowedAsync(refunded, cancellation);
    }

    /// <summary>What is not settled now goes on by the message of the action; the answer says how far it is.</summary>
    private async Task<Result<RecordReply>> FollowedAsync(Result<RecordReply> acted, CancellationToken cancellation)
    {
        if (acted.Failed || acted.Value.Replayed)
            return acted;

        await effects.TryAsync<PayOrder>((pay, token) => pay.FinishAsync(acted.Value.Id, token), cancellation);
        return await parts.MadeAsync(acted.Value, cancellation);
    }

    private static Invalid? Refused(Payment payment, decimal? amount) =>
        amount > payment.Amount ? new Invalid([new FieldError("#/amount", "max", $"must not be more than was paid: {payment.Amount:0.00##}")])
        : amount is { } exact && Money.Round(exact, payment.Currency) != exact
            ? new Invalid([new FieldError("#/amount", "scale", $"must have at most {Money.Decimals(payment.Currency)} decimals in {payment.Currency}")])
            : null;
}
