using Crm.Entities.Schema;

namespace Crm.Entities.Types;

/// <summary>How much of a product is at a place. Stock movements alone change the quantities.</summary>
[UniqueTogether("productId", "warehouse")]
public sealed record StockItem : Entity
{
    /// <summary>For good: what moved in and out was this product.</summary>
    [Reference("products")] public required string ProductId { get; init; }

    [Sortable] public string Warehouse { get; init; } = "main";

    [ServerSet, Number(4), Sortable] public decimal OnHand { get; init; }

    /// <summary>Promised to orders and still here.</summary>
    [ServerSet, Number(4), Sortable] public decimal Reserved { get; init; }

    /// <summary>What can be promised: <see cref="OnHand"/> − <see cref="Reserved"/>.</summary>
    [ServerSet, Number(4), Sortable] public decimal Available { get; init; }

    protected internal override Entity Complete(WriteContext context)
    {
        if (context.Before is StockItem before && before.ProductId != ProductId)
            context.Refuse("#/productId", "immutable", "stays what it is; create a stock item for the other product");

        return this with { Available = OnHand - Reserved };
    }

    protected internal override string? WhyNotDelete() =>
        OnHand == 0 && Reserved == 0 ? null : "There is stock here, or a claim to it. Adjust it to zero first.";
}
