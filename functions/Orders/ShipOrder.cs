using System.ComponentModel.DataAnnotations;
using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform;

namespace Crm.Orders;

/// <summary>What to send.</summary>
public sealed record ShipmentBody
{
    /// <summary>By default, all that has not been sent.</summary>
    [MaxLength(100)] public IReadOnlyList<LineQuantity> Lines { get; init; } = [];

    public string? Carrier { get; init; }

    public string? TrackingNumber { get; init; }
}

/// <summary>Ships an order, whole or in part. The order counts the shipment first, so that no two send the same pieces; then the stock goes.</summary>
public sealed class ShipOrder(OrderParts parts, OrderStock stock, OrderEffects effects)
{
    public async Task<Result<RecordReply>> RunAsync(string orderId, ShipmentBody body, WriteOptions options, CancellationToken cancellation)
    {
        if (await parts.ReplayAsync<Shipment>(options.Key, cancellation) is { } replay)
            return replay;
        var found = await parts.FindAsync<SalesOrder>(orderId, options.IfMatch, cancellation);
        if (found.Failed)
            return found.Error;

        var order = found.Value;
        if (order.Status != OrderStatus.Confirmed)
            return new WrongState("Only a confirmed order is shipped.");

        var lines = body.Lines.Count > 0 ? body.Lines : Remaining(order);
        if (await RefusedAsync(order, lines, cancellation) is { } refused)
            return refused;

        var shipment = new Shipment { OrderId = orderId, OwnerId = order.OwnerId, TeamIds = order.TeamIds, Lines = lines, Carrier = body.Carrier, TrackingNumber = body.TrackingNumber };
        var created = await parts.CreateAsync(parts.IdOf(options.Key), shipment, options, cancellation);
        if (created.Failed)
            return created.Error;

        // What is not settled now goes on by the message of the creation; the answer says how far it is.
        await effects.TryAsync<ShipOrder>((ship, token) => ship.FinishAsync(created.Value.Id, token), cancellation);
        return await parts.MadeAsync(created.Value, cancellation);
    }

    /// <summary>Does what is left to do of a shipment.</summary>
    /// <exception cref="UnsettledException">It cannot be done now.</exception>
    public async Task FinishAsync(string shipmentId, CancellationToken cancellation)
    {
        if (await parts.LatestAsync<Shipment>(shipmentId, cancellation) is not { Status: ShipmentStatus.Ready } shipment)
            return;

        var order = await parts.ActAsync<SalesOrder>(shipment.OrderId, "ship", present => Counted(present, shipment), cancellation);
        var counted = order.ShipmentIds.Contains(shipment.Id);
        if (counted)
            await stock.ShipAsync(order, shipment, cancellation);
        await parts.ActAsync<Shipment>(shipmentId, "ship", present => present.Status != ShipmentStatus.Ready ? present : counted
            ? present with { Status = ShipmentStatus.Shipped }
            : present with { Status = ShipmentStatus.Failed, FailureReason = "Meanwhile the order was sent otherwise, or cancelled." }, cancellation);
    }

    /// <summary>The order with the shipment in it; as it is, where it is in it already or cannot be.</summary>
    private static SalesOrder Counted(SalesOrder order, Shipment shipment)
    {
        var sent = shipment.Lines.ToDictionary(line => line.LineId, line => line.Quantity);
        if (order.ShipmentIds.Contains(shipment.Id) || order.Status != OrderStatus.Confirmed || order.ShipmentIds.Count == SalesOrder.MaxParts
            || order.Lines.Any(line => sent.GetValueOrDefault(line.Id) > Left(line)))
            return order;

        return order with
        {
            ShipmentIds = [.. order.ShipmentIds, shipment.Id],
            Lines = [.. order.Lines.Select(line => !sent.TryGetValue(line.Id, out var quantity) ? line : line with
            {
                QuantityShipped = line.QuantityShipped + quantity,
                QuantityReserved = Math.Max(0, line.QuantityReserved - quantity),
            })],
        };
    }

    private async Task<Invalid?> RefusedAsync(SalesOrder order, IReadOnlyList<LineQuantity> lines, CancellationToken cancellation)
    {
        if (lines.Count == 0 || order.ShipmentIds.Count == SalesOrder.MaxParts)
            return new Invalid([new FieldError("#/lines", "nothing-to-ship", lines.Count == 0 ? "there is nothing left to ship" : $"an order has at most {SalesOrder.MaxParts} shipments")]);

        var errors = new List<FieldError>();
        foreach (var (sent, index) in lines.Select((line, index) => (line, index)))
        {
            if (order.Find(sent.LineId) is not { } line)
                errors.Add(new FieldError($"#/lines/{index}/lineId", "unknown-line", "is no line of the order"));
            else if (sent.Quantity > Left(line))
                errors.Add(new FieldError($"#/lines/{index}/quantity", "max", $"must not be more than what is left to ship: {Left(line):0.####}"));
            else if (line is { TracksStock: true, StockItemId: { } item } && await parts.LatestAsync<StockItem>(item, cancellation) is { } place && place.OnHand < sent.Quantity)
                errors.Add(new FieldError($"#/lines/{index}/quantity", "insufficient-stock", $"is more than there is: {place.OnHand:0.####}"));
        }

        return errors.Count > 0 ? new Invalid(errors) : null;
    }

    private static List<LineQuantity> Remaining(SalesOrder order) =>
        [.. order.Lines.Where(line => line.RequiresShipping && Left(line) > 0).Select(line => new LineQuantity { LineId = line.Id, Quantity = Left(line) })];

    private static decimal Left(SalesOrderLine line) => line.Quantity - line.QuantityShipped;
}
