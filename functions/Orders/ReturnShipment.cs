using System.ComponentModel.DataAnnotations;
using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform;

namespace Crm.Orders;

/// <summary>What came back.</summary>
public sealed record ReturnBody
{
    /// <summary>By default, all of the shipment.</summary>
    [MaxLength(100)] public IReadOnlyList<LineQuantity> Lines { get; init; } = [];

    public string? Reason { get; init; }
}

/// <summary>
/// Takes a shipment back, once, in whole or in part. The shipment says first what came back; then its order counts it, and the goods are in stock again.
/// </summary>
public sealed class ReturnShipment(EntityService entities, OrderParts parts, OrderStock stock, OrderEffects effects)
{
    public async Task<Result<RecordReply>> RunAsync(string shipmentId, ReturnBody body, WriteOptions options, CancellationToken cancellation)
    {
        var found = await parts.FindAsync<Shipment>(shipmentId, condition: null, cancellation);
        if (found.Failed)
            return found.Error;

        var shipment = found.Value;
        if (shipment.Status != ShipmentStatus.Returned && await RefusedAsync(shipment, body.Lines, cancellation) is { } refused)
            return refused;

        var returned = await entities.ActAsync<Shipment>(shipmentId, "return", options, present => present.Status == ShipmentStatus.Returned ? present : present with
        {
            Status = ShipmentStatus.Returned,
            ReturnedLines = body.Lines.Count > 0 ? body.Lines : present.Lines,
            ReturnReason = body.Reason,
        }, cancellation);
        if (!returned.Failed)
            await effects.TryAsync<ReturnShipment>((returns, token) => returns.FinishAsync(shipmentId, token), cancellation);
        return returned;
    }

    /// <summary>Does what is left to do of a shipment that came back.</summary>
    /// <exception cref="UnsettledException">It cannot be done now.</exception>
    public async Task FinishAsync(string shipmentId, CancellationToken cancellation)
    {
        if (await parts.LatestAsync<Shipment>(shipmentId, cancellation) is not { Status: ShipmentStatus.Returned } shipment)
            return;

        var order = await parts.ActAsync<SalesOrder>(shipment.OrderId, "return", present => Counted(present, shipment), cancellation);
        await stock.ReturnAsync(order, shipment, cancellation);
    }

    private static SalesOrder Counted(SalesOrder order, Shipment shipment)
    {
        if (order.ReturnedShipmentIds.Contains(shipment.Id))
            return order;

        var back = shipment.ReturnedLines.ToDictionary(line => line.LineId, line => line.Quantity);
        return order with
        {
            ReturnedShipmentIds = [.. order.ReturnedShipmentIds, shipment.Id],
            Lines = [.. order.Lines.Select(line => line with { QuantityReturned = line.QuantityReturned + back.GetValueOrDefault(line.Id) })],
        };
    }

    private async Task<Error?> RefusedAsync(Shipment shipment, IReadOnlyList<LineQuantity> lines, CancellationToken cancellation)
    {
        if (await parts.LatestAsync<SalesOrder>(shipment.OrderId, cancellation) is not { } order
            || (shipment.Status == ShipmentStatus.Failed && !order.ShipmentIds.Contains(shipment.Id)))
            return new WrongState("Nothing of this shipment was ever sent.");

        var errors = new List<FieldError>();
        var sent = shipment.Lines.ToDictionary(line => line.LineId, line => line.Quantity);
        foreach (var (back, index) in (lines.Count > 0 ? lines : shipment.Lines).Select((line, index) => (line, index)))
        {
            if (!sent.TryGetValue(back.LineId, out var most))
                errors.Add(new FieldError($"#/lines/{index}/lineId", "unknown-line", "is no line of the shipment"));
            else if (back.Quantity > most)
                errors.Add(new FieldError($"#/lines/{index}/quantity", "max", $"must not be more than was sent: {most:0.####}"));
            else if (order.Find(back.LineId) is { TracksStock: true, StockItemId: { } item } && await parts.LatestAsync<StockItem>(item, cancellation) is null)
                errors.Add(new FieldError($"#/lines/{index}/lineId", "no-stock-item", $"goes back to stock item '{item}', which was deleted: restore it first"));
        }

        return errors.Count > 0 ? new Invalid(errors) : null;
    }
}
