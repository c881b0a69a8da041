using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;

namespace Crm.Orders;

/// <summary>
/// Chooses where an order that is submitted takes its products from: the main warehouse where it has enough, else the one that has most. The choice is
/// written into the order, so that every attempt to reserve goes to the same place.
/// </summary>
internal sealed class StockPlanning(EntityCatalog catalog, RecordStore records) : IPreparation
{
    private const string MainWarehouse = "main";

    private sealed record Place(string Id, string ProductId, string Warehouse, decimal Available);

    public Type Record => typeof(SalesOrder);

    public async Task PrepareAsync(Entity entity, WriteContext context, CancellationToken cancellation)
    {
        var order = (SalesOrder)entity;
        if (order.Status != OrderStatus.Submitted || context.Before is not SalesOrder { Status: not OrderStatus.Submitted })
            return;

        var wanted = order.Lines
            .Where(line => line.ProductId is not null && (context.Find<Product>(line.ProductId)?.TrackStock ?? line.TracksStock))
            .GroupBy(line => line.ProductId!)
            .ToDictionary(lines => lines.Key, lines => lines.Sum(line => line.Quantity));
        if (wanted.Count == 0)
            return;

        var places = await PlacesAsync(wanted.Keys, context.Caller.TenantId, cancellation);
        context.Provide(new StockPlan(places
            .GroupBy(place => place.ProductId)
            .ToDictionary(product => product.Key, product => Best(product, wanted[product.Key]).Id)));
    }

    private static Place Best(IEnumerable<Place> places, decimal wanted) => places
        .OrderByDescending(place => place.Available >= wanted)
        .ThenByDescending(place => place.Warehouse == MainWarehouse)
        .ThenByDescending(place => place.Available)
        .ThenBy(place => place.Id, StringComparer.Ordinal)
        .First();

    private async Task<IEnumerable<Place>> PlacesAsync(IReadOnlyCollection<string> products, string tenantId, CancellationToken cancellation)
    {
        var parameters = products.Select((product, index) => (Name: $"@p{index}", Value: (object)product)).ToList();
        var rows = await records.QueryAsync(
            tenantId, catalog.Of<StockItem>().Collection, "c.recordId AS id, c.data.productId, c.data.warehouse, c.data.available",
            $"c.data.productId IN ({string.Join(", ", parameters.Select(parameter => parameter.Name))})", parameters, latest: false, cancellation);
        return rows.Select(row => new Place(
            row.GetProperty("id").GetString()!, row.GetProperty("productId").GetString()!, row.GetProperty("warehouse").GetString()!, row.GetProperty("available").GetDecimal()));
    }
}
