using Crm.Entities.Schema;

namespace Crm.Entities.Types;

/// <summary>How much of a product is at a place. Stock movements alone change the quantities.</summary>
[UniqueTogether("productId", "warehouse")]
public sealed record StockItem : Entity
{
    /// <summary>The action that promises stock to an order.</summary>
    public const string Reserve = "reserve";

    /// <summary>The action that takes a promise back.</summary>
    public const string Release = "release";

    /// <summary>For good: what moved in and out was this product.</summary>
    [Reference("products")] public required string ProductId { get; init; }

    [Sortable] public string Warehouse { get; init; } = "main";

    [ServerSet, Number(4), Sortable] public decimal OnHand { get; init; }

    /// <summary>Promised to orders and still here.</summary>
    [ServerSet, Number(4), Sortable] public decimal Reserved { get; init; }

    /// <summary>What can be promised: <see cref="OnHand"/> − <see cref="Reserved"/>.</summary>
    [ServerSet, Number(4), Sortable] public decimal Available { get; init; }

    protected internal override IEnumerable<RecordRef> Reads(WriteContext context) =>
        context.Before is StockItem before && OnHand - Reserved < before.Available ? [new RecordRef("products", ProductId)] : [];

    protected internal override Entity Complete(WriteContext context)
    {
        var before = context.Before as StockItem;
        if (before is not null && before.ProductId != ProductId)
            context.Refuse("#/productId", "immutable", "stays what it is; create a stock item for the other product");

        var item = this with { Available = OnHand - Reserved };
        if (before is not null && context.Find<Product>(ProductId) is { } product)
            item.CheckTaken(before, product, context);
        if (item.Reserved != before?.Reserved && context.Action is Reserve or Release)
            context.Announce(context.Action == Reserve ? "stock.reserved" : "stock.released");
        return item;
    }

    /// <summary>Less can be promised than before: never what is not there, unless the product may be ordered without.</summary>
    private void CheckTaken(StockItem before, Product product, WriteContext context)
    {
        if (OnHand < 0 || (Available < 0 && !product.AllowBackorder))
            context.Refuse("#/quantity", "insufficient-stock", $"is more than the {Math.Max(0, before.Available):0.####} of {product.Sku} that can be had in {Warehouse}");
        else if (product.ReorderLevel is { } level && before.Available > level && Available <= level)
            context.Announce("stock.low");
    }

    protected internal override string? WhyNotDelete() =>
        OnHand == 0 && Reserved == 0 ? null : "There is stock here, or a claim to it. Adjust it to zero first.";
}
