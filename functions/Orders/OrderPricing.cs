using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;

namespace Crm.Orders;

/// <summary>Reads what the prices of an order follow from: price lists, tax classes and the exchange rate, all at once.</summary>
internal sealed class OrderPricing(EntityCatalog catalog, RecordStore records, UniqueValues uniques, ExchangeRates rates) : IPreparation
{
    /// <summary>How far a list's parents are followed.</summary>
    private const int LongestChain = 10;

    public Type Record => typeof(SalesOrder);

    public async Task PrepareAsync(Entity entity, WriteContext context, CancellationToken cancellation)
    {
        var order = (SalesOrder)entity;
        if (!order.IsPriced(context))
            return;

        var lists = ListsAsync(order, context, cancellation);
        var taxClasses = TaxClassesAsync(order, context, cancellation);
        var rate = rates.FindAsync(context.Tenant, order.Currency, order.OrderDate!.Value, cancellation);
        context.Provide(new OrderTerms(order.Currency, context.Tenant.BaseCurrency, order.OrderDate.Value, await lists, await taxClasses, await rate));
    }

    /// <summary>The order's list, else the customer's, else the account's, with its parents; then the currency's default with its own.</summary>
    private async Task<IReadOnlyList<PriceList>> ListsAsync(SalesOrder order, WriteContext context, CancellationToken cancellation)
    {
        if (order.Lines.All(line => line.ProductId is null))
            return [];

        var named = context.Find<PriceList>(order.PriceListId);
        var agreed = ChainAsync(named, order.PriceListId ?? await ListOfAsync(context.Find<Customer>(order.CustomerId), context, cancellation), context, cancellation);
        var standard = ChainAsync(null, await uniques.FindOwnerAsync(context.Caller.TenantId, UniqueValue.OfText(catalog.Of<PriceList>(), "defaultFor", order.Currency), cancellation), context, cancellation);
        return [.. (await agreed).Concat((await standard).SkipWhile(list => !list.IsDefault)).Where(list => list.Currency == order.Currency).DistinctBy(list => list.Id)];
    }

    /// <summary>A list, its parent, the parent's parent …</summary>
    /// <param name="first">The first of them, where it has been read.</param>
    private async Task<IReadOnlyList<PriceList>> ChainAsync(PriceList? first, string? id, WriteContext context, CancellationToken cancellation)
    {
        var chain = new List<PriceList>();
        for (var next = id; next is not null && chain.Count < LongestChain && chain.TrueForAll(list => list.Id != next); next = chain[^1].ParentId)
        {
            var list = (chain.Count == 0 ? first : null) ?? await ReadAsync<PriceList>(next, context, cancellation);
            if (list is null)
                break;

            chain.Add(list);
        }

        return chain;
    }

    private async Task<IReadOnlyDictionary<string, TaxClass>> TaxClassesAsync(SalesOrder order, WriteContext context, CancellationToken cancellation)
    {
        var type = catalog.Of<TaxClass>();
        var wanted = order.Lines
            .Select(line => line.TaxClassId ?? context.Find<Product>(line.ProductId)?.TaxClassId)
            .Append(order.ShippingTaxClassId)
            .OfType<string>()
            .Select(id => new RecordRef(type.Collection, id))
            .ToHashSet();
        var found = await records.ReadManyAsync(context.Caller.TenantId, wanted, cancellation);
        return found.ToDictionary(record => record.Key.Id, record => (TaxClass)type.Deserialize(record.Value));
    }

    private async Task<string?> ListOfAsync(Customer? customer, WriteContext context, CancellationToken cancellation) =>
        customer is { PriceListId: null, AccountId: { } account } ? (await ReadAsync<Account>(account, context, cancellation))?.PriceListId : customer?.PriceListId;

    private async Task<T?> ReadAsync<T>(string id, WriteContext context, CancellationToken cancellation) where T : Entity
    {
        var type = catalog.Of<T>();
        var record = await records.ReadAsync(new RecordKey(context.Caller.TenantId, type.Collection, id), session: null, cancellation);
        return record is { IsTombstone: false } ? (T)type.Deserialize(record.Data) : null;
    }
}
