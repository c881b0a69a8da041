using System.Globalization;
using Crm.Entities.Types;
using Crm.Orders.Stock;
using Crm.Platform;

namespace Crm.Orders;

/// <summary>
/// The stock of an order. Reserving goes before the decision to confirm, releasing follows every other decision: the order's document alone decides. Each
/// movement has the id of the order's line and attempt, so that each is made once, by whichever instance.
/// </summary>
public sealed class OrderStock(StockMovements movements, CallContext call, TimeProvider time)
{
    /// <summary>How far the stock of an order could be reserved.</summary>
    /// <param name="Missing">What there is too little of, for people to read; null where all is reserved.</param>
    /// <param name="Superseded">The attempt has been decided on elsewhere, and can no longer reserve anything.</param>
    /// <param name="Made">The ids of the movements.</param>
    public sealed record Reservation(string? Missing, bool Superseded, IReadOnlyList<string> Made);

    /// <summary>Reserves every line. What is reserved stays so whatever the outcome, until it is released.</summary>
    /// <exception cref="UnsettledException">Others keep moving an item.</exception>
    public async Task<Reservation> ReserveAsync(SalesOrder order, CancellationToken cancellation)
    {
        var made = new List<string>();
        foreach (var line in order.Lines.Where(line => line.TracksStock))
        {
            var none = new Reservation($"There is no stock of {line.Name} ({line.Sku}).", Superseded: false, made);
            if (line.StockItemId is null)
                return none;

            var movement = Movement(order, line, StockMovementKind.Reserve, -line.Quantity);
            var reserved = await movements.MakeAsync(movement, condition: null, cancellation);
            if (reserved.Error is Invalid { Errors: [var shortage, ..] })
                return new Reservation($"There is too little stock of {line.Name}: {line.Quantity:0.####} {shortage.Detail}.", Superseded: false, made);
            if (reserved.Error is NotFound)
                return none;
            if (reserved.Failed)
                throw new UnsettledException(reserved.Error);
            if (reserved.Value.IsVoid)
                return new Reservation(null, Superseded: true, made);

            made.Add(movement.Id);
        }

        return new Reservation(null, Superseded: false, made);
    }

    /// <summary>
    /// Gives back what the order's present attempt has reserved, and keeps it from reserving more: another instance may be on its way to. May be done any
    /// number of times.
    /// </summary>
    /// <exception cref="UnsettledException">Others keep moving an item.</exception>
    public async Task ReleaseAsync(SalesOrder order, CancellationToken cancellation)
    {
        // What was shipped is no longer reserved, whether or not it came back.
        foreach (var line in order.Lines.Where(line => line is { TracksStock: true, StockItemId: not null } && line.QuantityShipped < line.Quantity))
        {
            var reserve = Movement(order, line, StockMovementKind.Reserve, -line.Quantity);
            var stored = await movements.FindAsync(reserve.StockItemId, reserve.Id, cancellation);
            if (stored is null && await movements.PreventAsync(reserve, cancellation))
                continue;
            if ((stored ?? await movements.FindAsync(reserve.StockItemId, reserve.Id, cancellation)) is not { IsVoid: false })
                continue;

            await MoveAsync(Movement(order, line, StockMovementKind.Release, line.Quantity - line.QuantityShipped), cancellation);
        }
    }

    /// <summary>Takes what a shipment sends out of stock.</summary>
    /// <exception cref="UnsettledException">It is not there, or others keep moving an item.</exception>
    public async Task ShipAsync(SalesOrder order, Shipment shipment, CancellationToken cancellation)
    {
        foreach (var sent in shipment.Lines)
        {
            if (order.Find(sent.LineId) is { TracksStock: true, StockItemId: not null } line)
                await MoveAsync(Movement(order, line, StockMovementKind.Ship, -sent.Quantity, shipment), cancellation);
        }
    }

    /// <summary>Takes what came back of a shipment into stock again, where it was taken from.</summary>
    /// <exception cref="UnsettledException">The place is gone, or others keep moving an item.</exception>
    public async Task ReturnAsync(SalesOrder order, Shipment shipment, CancellationToken cancellation)
    {
        foreach (var back in shipment.ReturnedLines)
        {
            if (order.Find(back.LineId) is { TracksStock: true, StockItemId: not null } line)
                await MoveAsync(Movement(order, line, StockMovementKind.Return, back.Quantity, shipment), cancellation);
        }
    }

    private async Task MoveAsync(StockMovement movement, CancellationToken cancellation)
    {
        var moved = await movements.MakeAsync(movement, condition: null, cancellation);
        if (moved.Failed)
            throw new UnsettledException(moved.Error);
    }

    private StockMovement Movement(SalesOrder order, SalesOrderLine line, StockMovementKind kind, decimal quantity, Shipment shipment) =>
        Movement(order, line, kind, quantity) with { Id = StockMovement.IdOf(order.Id, line.Id, kind, shipment.Id) };

    private StockMovement Movement(SalesOrder order, SalesOrderLine line, StockMovementKind kind, decimal quantity) => new()
    {
        Id = StockMovement.IdOf(order.Id, line.Id, kind, order.Processing!.Attempts.ToString(CultureInfo.InvariantCulture)),
        StockItemId = line.StockItemId!,
        Kind = kind,
        Quantity = quantity,
        OrderId = order.Id,
        LineId = line.Id,
        At = time.GetUtcNow(),
        By = call.Caller.Actor,
    };
}
