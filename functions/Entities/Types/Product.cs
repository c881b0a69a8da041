using Crm.Entities.Schema;

namespace Crm.Entities.Types;

public enum ProductKind
{
    Goods,
    Service,
    Bundle,
    Subscription,
}

public enum ProductStatus
{
    Draft,
    Active,
    Discontinued,
}

/// <summary>What is sold.</summary>
public sealed record Product : Entity
{
    [Unique, Sortable] public required string Sku { get; init; }

    [Sortable] public required string Name { get; init; }

    [Sortable] public ProductKind Kind { get; init; } = ProductKind.Goods;

    public string? CategoryId { get; init; }

    public string Unit { get; init; } = "each";

    /// <summary>In the tenant's base currency: what it costs where no price list says otherwise.</summary>
    [Number(4, Min = 0), Sortable] public required decimal ListPrice { get; init; }

    [Number(4, Min = 0)] public decimal? Cost { get; init; }

    /// <summary>What lines of the product are taxed as; none means no tax.</summary>
    [Reference("tax-classes")] public string? TaxClassId { get; init; }

    [Unique] public string? Barcode { get; init; }

    /// <summary>By default, goods are tracked and nothing else is.</summary>
    public bool? TrackStock { get; init; }

    public bool AllowBackorder { get; init; }

    [Number(4, Min = 0)] public decimal? ReorderLevel { get; init; }

    [Number(4, Min = 0)] public decimal? WeightKg { get; init; }

    [Sortable] public ProductStatus Status { get; init; } = ProductStatus.Active;

    public DateOnly? ValidFrom { get; init; }

    public DateOnly? ValidTo { get; init; }

    protected internal override Entity WithDefaults(WriteContext context) => this with { TrackStock = TrackStock ?? Kind == ProductKind.Goods };

    protected internal override Entity Complete(WriteContext context)
    {
        if (ValidFrom > ValidTo)
            context.Refuse("#/validTo", "min", "must not be before validFrom");

        return this;
    }
}
