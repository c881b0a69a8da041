using Crm.Entities.Schema;

namespace Crm.Entities.Types;

/// <summary>How much of an order's line is sent, comes back or is invoiced.</summary>
public sealed record LineQuantity
{
    [ElementKey] public required string LineId { get; init; }

    [Number(4, Min = 0, AboveMin = true, Max = OrderRules.MaxAmount)] public required decimal Quantity { get; init; }
}
