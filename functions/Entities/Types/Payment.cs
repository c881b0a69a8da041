using Crm.Entities.Schema;

namespace Crm.Entities.Types;

public enum PaymentMethod
{
    BankTransfer,
    Card,
    DirectDebit,
    Cash,
    Cheque,
    Wallet,
    Other,
}

public enum PaymentStatus
{
    Pending,
    Succeeded,
    Failed,
    Refunded,
}

/// <summary>Money received, or promised, for an order. Made by the order's action; it has succeeded once the order counts it.</summary>
public sealed record Payment : Entity
{
    [ServerSet, Reference("orders")] public required string OrderId { get; init; }

    [ServerSet, Number(4), Sortable] public required decimal Amount { get; init; }

    /// <summary>The order's.</summary>
    [ServerSet, Form(TextForm.Currency)] public required string Currency { get; init; }

    [ServerSet] public required PaymentMethod Method { get; init; }

    /// <summary>What the bank or the provider calls it: money that came once is not counted twice.</summary>
    [ServerSet, Unique, Sortable] public string? Reference { get; init; }

    /// <summary>When it was received; of what is only authorized, when that was.</summary>
    [ServerSet, Sortable] public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The payer's bank has promised it, and it is yet to be captured.</summary>
    [ServerSet] public bool Authorized { get; init; }

    [ServerSet, Sortable, Moves("pending -> succeeded, failed by pay", "pending -> failed by fail", "succeeded -> refunded by refund")]
    public PaymentStatus Status { get; init; } = PaymentStatus.Pending;

    /// <summary>Why it failed.</summary>
    [ServerSet] public string? FailureReason { get; init; }

    /// <summary>What of it was paid back.</summary>
    [ServerSet, Number(4)] public decimal? RefundedAmount { get; init; }

    /// <summary>Why it was paid back.</summary>
    [ServerSet] public string? RefundReason { get; init; }

    protected internal override Entity Complete(WriteContext context)
    {
        if (context.Before is not Payment before)
            return this;

        if (before.Authorized && !Authorized && Status == PaymentStatus.Pending)
            context.Announce("captured");
        if (Status != before.Status && Status is PaymentStatus.Failed or PaymentStatus.Refunded)
            context.Announce(Status == PaymentStatus.Failed ? "failed" : "refunded");
        return this;
    }

    protected internal override string? WhyNotDelete() => "A payment is part of its order's history.";
}
