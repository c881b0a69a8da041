namespace Crm.Entities.Types;

/// <summary>Where the products of an order are taken from.</summary>
/// <param name="ItemOfProduct">The stock item's id by the product's; a product that is nowhere in stock is missing.</param>
public sealed record StockPlan(IReadOnlyDictionary<string, string> ItemOfProduct);
