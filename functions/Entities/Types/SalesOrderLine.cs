using System.ComponentModel.DataAnnotations;
using Crm.Entities.Schema;
using Crm.Platform;
using Crm.Platform.Auth;

namespace Crm.Entities.Types;

/// <summary>Where the price of a line comes from.</summary>
public enum PriceSource
{
    /// <summary>The product itself.</summary>
    ListPrice,
    PriceList,
    Manual,
}

/// <summary>A product in an order, or something that is in no catalog and is written in.</summary>
public sealed record SalesOrderLine
{
    /// <summary>For life: shipments and stock movements name it.</summary>
    [ServerSet, ElementKey] public string Id { get; init; } = "";

    /// <summary>Kept as long as the line is; new lines go on after the highest.</summary>
    [ServerSet] public int LineNumber { get; init; }

    [Reference("products")] public string? ProductId { get; init; }

    /// <summary>In place of a product.</summary>
    [StringLength(255, MinimumLength = 1)] public string? WriteInDescription { get; init; }

    /// <summary>The product's, when it came into the order.</summary>
    [ServerSet] public string? Sku { get; init; }

    /// <summary>The product's, when it came into the order.</summary>
    [ServerSet] public string? Name { get; init; }

    [Number(4, Min = 0, AboveMin = true, Max = OrderRules.MaxAmount)] public required decimal Quantity { get; init; }

    /// <summary>By default, the product's.</summary>
    public string? Unit { get; init; }

    /// <summary>
    /// By default, the price of the first list that has one: the order's, the customer's or the customer's account's, its parents, the default list of the currency; else, in the base
    /// currency, the product's list price. It is looked up anew as long as the order is a draft. Another than that is set by hand, which takes the right
    /// <c>overridePrices</c>, and stays.
    /// </summary>
    [Number(4, Min = 0, Max = OrderRules.MaxAmount)] public decimal? UnitPrice { get; init; }

    [ServerSet] public PriceSource PriceSource { get; init; }

    [Number(2, Min = 0, Max = 100)] public decimal? DiscountPercent { get; init; }

    [Number(4, Min = 0, Max = OrderRules.MaxAmount)] public decimal? DiscountAmount { get; init; }

    /// <summary>By default, the product's.</summary>
    [Reference("tax-classes")] public string? TaxClassId { get; init; }

    [ServerSet, Number(4)] public decimal TaxPercent { get; init; }

    [ServerSet] public decimal Net { get; init; }

    [ServerSet] public decimal Tax { get; init; }

    [ServerSet] public decimal Total { get; init; }

    /// <summary>It is something to send, not something to do: the order is not fulfilled before it is shipped.</summary>
    [ServerSet, NotFilterable] public bool RequiresShipping { get; init; }

    /// <summary>It is reserved in stock before the order is confirmed.</summary>
    [ServerSet, NotFilterable] public bool TracksStock { get; init; }

    /// <summary>Where it is taken from; chosen when the order is submitted, so that every attempt to reserve it goes to the same place.</summary>
    [ServerSet] public string? StockItemId { get; init; }

    [ServerSet, Number(4)] public decimal QuantityReserved { get; init; }

    [ServerSet, Number(4)] public decimal QuantityShipped { get; init; }

    [ServerSet, Number(4)] public decimal QuantityInvoiced { get; init; }

    [ServerSet, Number(4)] public decimal QuantityReturned { get; init; }

    /// <summary>The line as it goes on from what it was: clients need not repeat what the server has set.</summary>
    internal SalesOrderLine After(SalesOrderLine? before) => before is null ? this : before with
    {
        ProductId = ProductId,
        WriteInDescription = WriteInDescription,
        Quantity = Quantity,
        Unit = Unit ?? (before.ProductId == ProductId ? before.Unit : null),
        TaxClassId = TaxClassId ?? (before.ProductId == ProductId ? before.TaxClassId : null),
        UnitPrice = UnitPrice,
        DiscountPercent = DiscountPercent,
        DiscountAmount = DiscountAmount,
    };

    /// <summary>What the product says, and the price; and what is wrong with the line.</summary>
    internal SalesOrderLine Priced(SalesOrderLine? before, OrderTerms terms, string pointer, WriteContext context)
    {
        if (ProductId is null == WriteInDescription is null)
        {
            context.Refuse($"{pointer}/productId", "required", "a line has either a product or a writeInDescription");
            return this;
        }

        var product = context.Find<Product>(ProductId);
        var found = product is null ? null : terms.PriceOf(product, Quantity);
        var price = UnitPrice is { } manual && !IsLookedUp(before) && manual != found?.Price ? (manual, PriceSource.Manual) : found;
        if (price is not var (unitPrice, source))
        {
            context.Refuse($"{pointer}/unitPrice", "no-price", ProductId is null
                ? "is required: what is written in has no list price"
                : $"is required: no price list that applies has the product, and list prices are in {terms.BaseCurrency}, the order is in {terms.Currency}");
            return this;
        }

        if (source == PriceSource.Manual)
            CheckOverride(before, found?.Price, terms.Currency, pointer, context);

        var copied = product is not null && before?.ProductId != ProductId;
        var filled = this with
        {
            Sku = copied ? product!.Sku : ProductId is null ? null : Sku,
            Name = copied ? product!.Name : ProductId is null ? null : Name,
            Unit = Unit ?? product?.Unit,
            UnitPrice = unitPrice,
            PriceSource = source,
            TaxClassId = TaxClassId ?? product?.TaxClassId,
            RequiresShipping = product?.Kind is ProductKind.Goods or ProductKind.Bundle,
            TracksStock = product?.TrackStock ?? false,
        };
        filled.Check(terms.Currency, pointer, context);
        return filled;
    }

    /// <summary>Whether the price is one that was looked up, sent back as it stands.</summary>
    private bool IsLookedUp(SalesOrderLine? before) =>
        before is { PriceSource: not PriceSource.Manual, ProductId: not null } && before.ProductId == ProductId && before.UnitPrice == UnitPrice;

    /// <summary>A price that somebody with the right has set stays, whoever changes the rest.</summary>
    private void CheckOverride(SalesOrderLine? before, decimal? found, string currency, string pointer, WriteContext context)
    {
        var stays = before is { PriceSource: PriceSource.Manual } && before.ProductId == ProductId && before.UnitPrice == UnitPrice && (context.Before as SalesOrder)?.Currency == currency;
        if (ProductId is not null && !stays && !context.Caller.Permissions.Special.Contains(SpecialGrant.OverridePrices))
            context.Forbid($"{pointer}/unitPrice", $"{(found is { } price ? $"the price is {price:0.00##}" : "no price list has this product")}, and another takes the right overridePrices");
    }

    private void Check(string currency, string pointer, WriteContext context)
    {
        OrderRules.CheckDiscounts(DiscountPercent, DiscountAmount, currency, pointer, context);
        if (UnitPrice > 0 && Quantity > (decimal)OrderRules.MaxAmount / UnitPrice)
            context.Refuse($"{pointer}/quantity", "max", $"comes to more than {OrderRules.MaxAmount} at this price");
        else if (DiscountAmount > Money.Round(Quantity * UnitPrice!.Value, currency))
            context.Refuse($"{pointer}/discountAmount", "max", "must not be more than quantity × unitPrice");
    }
}
