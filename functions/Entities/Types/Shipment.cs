using System.ComponentModel.DataAnnotations;
using Crm.Entities.Schema;

namespace Crm.Entities.Types;

public enum ShipmentStatus
{
    Ready,
    Shipped,
    Delivered,
    Failed,
    Returned,
}

/// <summary>
/// What of an order is sent at once. Made by the order's action; its stock and its order follow before it is shipped. One that failed was lost on its way, or,
/// where the order does not count it, was never sent.
/// </summary>
public sealed record Shipment : Entity
{
    [ServerSet, Reference("orders")] public required string OrderId { get; init; }

    [ServerSet, MaxLength(100)] public required IReadOnlyList<LineQuantity> Lines { get; init; }

    public string? Carrier { get; init; }

    [Sortable] public string? TrackingNumber { get; init; }

    [ServerSet, Sortable, Moves(
        "ready -> shipped, failed by ship", "shipped -> delivered by deliver", "shipped -> failed by fail", "shipped, delivered, failed -> returned by return")]
    public ShipmentStatus Status { get; init; } = ShipmentStatus.Ready;

    /// <summary>Why it failed.</summary>
    [ServerSet] public string? FailureReason { get; init; }

    /// <summary>What of it came back, once it is returned.</summary>
    [ServerSet, MaxLength(100)] public IReadOnlyList<LineQuantity> ReturnedLines { get; init; } = [];

    /// <summary>Why it came back.</summary>
    [ServerSet] public string? ReturnReason { get; init; }

    protected internal override Entity Complete(WriteContext context)
    {
        if (Status == ShipmentStatus.Returned && context.Before is Shipment { Status: not ShipmentStatus.Returned })
            context.Announce("returned");
        return this;
    }

    protected internal override string? WhyNotDelete() => "A shipment is part of its order's history.";
}
