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

/// <summary>What of an order is sent at once. Made by the order's action; its stock and its order follow before it is shipped.</summary>
public sealed record Shipment : Entity
{
    [ServerSet, Reference("orders")] public required string OrderId { get; init; }

    [ServerSet, MaxLength(100)] public required IReadOnlyList<ShipmentLine> Lines { get; init; }

    public string? Carrier { get; init; }

    [Sortable] public string? TrackingNumber { get; init; }

    [ServerSet, Sortable, Moves("ready -> shipped, failed by ship", "shipped -> delivered by deliver", "shipped, delivered -> returned by return")]
    public ShipmentStatus Status { get; init; } = ShipmentStatus.Ready;

    /// <summary>Why it failed.</summary>
    [ServerSet] public string? FailureReason { get; init; }

    protected internal override string? WhyNotDelete() => "A shipment is part of its order's history.";
}

/// <summary>How much of an order's line is sent.</summary>
public sealed record ShipmentLine
{
    [ElementKey] public required string LineId { get; init; }

    [Number(4, Min = 0, AboveMin = true, Max = OrderRules.MaxAmount)] public required decimal Quantity { get; init; }
}
