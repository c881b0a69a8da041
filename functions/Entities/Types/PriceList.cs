using System.ComponentModel.DataAnnotations;
using Crm.Entities.Schema;

namespace Crm.Entities.Types;

/// <summary>Prices in one currency. What a list has no price for is looked up in its parent.</summary>
public sealed record PriceList : Entity
{
    [Unique, Sortable] public required string Name { get; init; }

    [Form(TextForm.Currency), Sortable] public required string Currency { get; init; }

    /// <summary>Of the same currency.</summary>
    [Reference("price-lists", Acyclic = true)] public string? ParentId { get; init; }

    /// <summary>Whether it is the list for whoever has none. Each currency has at most one.</summary>
    public bool IsDefault { get; init; }

    /// <summary>The currency of a default list: unique, so that the list is found by it.</summary>
    [ServerSet, Unique] public string? DefaultFor { get; init; }

    [MaxLength(1000)] public IReadOnlyList<PriceListEntry> Entries { get; init; } = [];

    protected internal override IEnumerable<RecordRef> Reads(WriteContext context) =>
        ParentId is not null && (context.Before as PriceList)?.Currency != Currency ? [new RecordRef("price-lists", ParentId)] : [];

    protected internal override Entity Complete(WriteContext context)
    {
        if (context.Find<PriceList>(ParentId) is { } parent && parent.Currency != Currency)
            context.Refuse("#/parentId", "currency", $"must be a price list in {Currency}; '{parent.Name}' is in {parent.Currency}");

        var seen = new HashSet<(string, decimal, DateOnly?)>();
        foreach (var (entry, index) in Entries.Select((entry, index) => (entry, index)))
        {
            if (entry.ValidFrom > entry.ValidTo)
                context.Refuse($"#/entries/{index}/validTo", "min", "must not be before validFrom");
            if (!seen.Add((entry.ProductId, entry.MinQuantity, entry.ValidFrom)))
                context.Refuse($"#/entries/{index}", "duplicate-element", "another entry has the same product, minQuantity and validFrom");
        }

        return this with { DefaultFor = IsDefault ? Currency : null };
    }

    /// <summary>The price of one piece where so many are bought on a day, or null: the highest quantity break reached, of equals the newest.</summary>
    internal decimal? PriceOf(string productId, decimal quantity, DateOnly date) => Entries
        .Where(entry => entry.ProductId == productId && entry.AppliesTo(quantity, date))
        .OrderByDescending(entry => entry.MinQuantity)
        .ThenByDescending(entry => entry.ValidFrom ?? DateOnly.MinValue)
        .FirstOrDefault()?.Price;
}

/// <summary>The price of a product from a quantity on.</summary>
public sealed record PriceListEntry
{
    /// <summary>A product that is deleted goes from the list.</summary>
    [Reference("products", OnDelete = OnDelete.SetNull)] public required string ProductId { get; init; }

    /// <summary>From which quantity on the price is given. Up to 1, it is given for less than one as well.</summary>
    [Number(4, Min = 0), NotFilterable] public decimal MinQuantity { get; init; } = 1;

    [Number(4, Min = 0, Max = OrderRules.MaxAmount), NotFilterable] public required decimal Price { get; init; }

    [NotFilterable] public DateOnly? ValidFrom { get; init; }

    /// <summary>The last day.</summary>
    [NotFilterable] public DateOnly? ValidTo { get; init; }

    internal bool AppliesTo(decimal quantity, DateOnly date) =>
        (MinQuantity <= 1 || MinQuantity <= quantity) && (ValidFrom is null || ValidFrom <= date) && (ValidTo is null || date <= ValidTo);
}
