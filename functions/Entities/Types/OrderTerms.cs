namespace Crm.Entities.Types;

/// <summary>What the prices of an order follow from beside its own fields, as it stands at the moment the order is written.</summary>
/// <param name="Currency">The order's.</param>
/// <param name="BaseCurrency">The tenant's: the currency of list prices.</param>
/// <param name="Date">The day that prices, rates and taxes are those of.</param>
/// <param name="Lists">The price lists in the order they are searched, all in the order's currency.</param>
/// <param name="ExchangeRate">From the order's currency to the base currency; null where none is known.</param>
public sealed record OrderTerms(
    string Currency, string BaseCurrency, DateOnly Date, IReadOnlyList<PriceList> Lists, IReadOnlyDictionary<string, TaxClass> TaxClasses, decimal? ExchangeRate)
{
    /// <summary>The price of a product and where it is from: the first list that has one, else the list price in the base currency; null where there is none.</summary>
    public (decimal Price, PriceSource Source)? PriceOf(Product product, decimal quantity)
    {
        foreach (var list in Lists)
        {
            if (list.PriceOf(product.Id, quantity, Date) is { } price)
                return (price, PriceSource.PriceList);
        }

        return Currency == BaseCurrency ? (product.ListPrice, PriceSource.ListPrice) : null;
    }

    /// <summary>The tax on what is of a class; 0 where it is of none.</summary>
    public decimal TaxOn(string? taxClassId, Address? address) =>
        taxClassId is not null && TaxClasses.TryGetValue(taxClassId, out var taxClass) ? taxClass.PercentAt(address, Date) : 0;
}
