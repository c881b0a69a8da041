using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;

namespace Crm.Orders;

/// <summary>
/// Decides on submitted orders: confirms, holds or rejects. Every step before the decision may be done any number of times, by any number of instances; the
/// decision is one conditional write of the order, and what follows from it is done again until it is done.
/// </summary>
public sealed class ProcessOrder(
    EntityCatalog catalog, EntityService entities, RecordStore records, OrderStock stock, CreditCheck credit, Sequences sequences, Retries retries, CallContext call)
{
    /// <summary>How often others may write the order before it is left to the next delivery.</summary>
    private const int Rounds = 10;

    private const int LongestReason = 255;

    /// <param name="Action">What the move of the status is made by.</param>
    private sealed record Decision(OrderStatus Status, string Action, string? Reason, IReadOnlyList<string> Effects)
    {
        public static Decision Hold(string reason) => new(OrderStatus.OnHold, "hold", reason, []);

        public static Decision Reject(string reason) => new(OrderStatus.Rejected, "reject", reason, []);

        public static Decision Confirm(IReadOnlyList<string> effects) => new(OrderStatus.Confirmed, "confirm", null, effects);
    }

    /// <summary>Decides on an order, if that is still to be done, and sees to it that the stock of one that is not confirmed is free.</summary>
    /// <exception cref="UnsettledException">It could not be decided on now.</exception>
    public Task RunAsync(string orderId, string messageId, CancellationToken cancellation) =>
        retries.RunAsync(token => SettleAsync(orderId, messageId, DecideAsync, token), cancellation);

    /// <summary>Puts an order on hold that could not be decided on, so that a person sees it.</summary>
    /// <param name="error">What the broker says of it.</param>
    public Task HoldAsync(string orderId, string messageId, string error, CancellationToken cancellation)
    {
        var held = Decision.Hold("It could not be processed, though it was tried again and again. Resubmit it; if it is held again, look at processing.lastError.");
        return retries.RunAsync(token => SettleAsync(orderId, messageId, (_, _) => Task.FromResult<Decision?>(held), token, error), cancellation);
    }

    private async Task SettleAsync(
        string orderId, string messageId, Func<SalesOrder, CancellationToken, Task<Decision?>> decide, CancellationToken cancellation, string? error = null)
    {
        var type = catalog.Of<SalesOrder>();
        for (var round = 0; round < Rounds; round++)
        {
            if (await records.ReadLatestAsync(new RecordKey(call.Caller.TenantId, type.Collection, orderId), cancellation) is not { IsTombstone: false } stored)
                return;

            var order = (SalesOrder)type.Deserialize(stored.Data);
            if (order.Status != OrderStatus.Submitted)
            {
                if (order.Status is OrderStatus.Rejected or OrderStatus.OnHold or OrderStatus.Cancelled && order.Processing is not null)
                    await stock.ReleaseAsync(order, cancellation);
                return;
            }

            if (await decide(order, cancellation) is not { } decision || !await WriteAsync(order, stored, decision, messageId, error, cancellation))
                continue;

            if (decision.Status != OrderStatus.Confirmed)
                await stock.ReleaseAsync(order, cancellation);
            return;
        }

        throw new UnsettledException(new Conflict("Others keep changing the order."));
    }

    /// <summary>What becomes of the order; null where that has been decided elsewhere.</summary>
    private async Task<Decision?> DecideAsync(SalesOrder order, CancellationToken cancellation)
    {
        var (customers, products) = (catalog.Of<Customer>(), catalog.Of<Product>());
        RecordRef[] wanted = [new(customers.Collection, order.CustomerId), .. order.Lines.Select(line => line.ProductId).OfType<string>().Distinct().Select(id => new RecordRef(products.Collection, id))];
        var found = await records.ReadManyAsync(call.Caller.TenantId, wanted, cancellation);
        if (!found.TryGetValue(wanted[0], out var read))
            return Decision.Reject("The customer has been deleted.");

        var customer = (Customer)customers.Deserialize(read);
        if (customer.Lifecycle == CustomerLifecycle.Blocked)
            return Decision.Hold($"{customer.DisplayName} is blocked.");

        foreach (var line in order.Lines.Where(line => line.ProductId is not null))
        {
            var product = found.TryGetValue(new RecordRef(products.Collection, line.ProductId!), out var data) ? (Product)products.Deserialize(data) : null;
            if (WhyNotSold(product, line, order.OrderDate!.Value) is { } reason)
                return Decision.Reject(reason);
        }

        if (await credit.RefusedAsync(order, customer, cancellation) is { } over)
            return Decision.Hold(over);

        var reservation = await stock.ReserveAsync(order, cancellation);
        return reservation.Superseded ? null
            : reservation.Missing is { } missing ? Decision.Reject(missing)
            : Decision.Confirm(reservation.Made);
    }

    /// <summary>A product that is discontinued is sold as long as there is stock of it.</summary>
    private static string? WhyNotSold(Product? product, SalesOrderLine line, DateOnly date) => product switch
    {
        null => $"{line.Name} ({line.Sku}) has been deleted.",
        { Status: ProductStatus.Draft } => $"{product.Name} ({product.Sku}) is not for sale yet.",
        { Status: ProductStatus.Discontinued, TrackStock: not true } => $"{product.Name} ({product.Sku}) is discontinued.",
        _ when date < product.ValidFrom => $"{product.Name} ({product.Sku}) is sold from {product.ValidFrom:yyyy-MM-dd} on; the order is of {date:yyyy-MM-dd}.",
        _ when date > product.ValidTo => $"{product.Name} ({product.Sku}) was sold until {product.ValidTo:yyyy-MM-dd}; the order is of {date:yyyy-MM-dd}.",
        _ => null,
    };

    /// <summary>Writes the decision into the order; false where the order is no longer the one that was decided on.</summary>
    private async Task<bool> WriteAsync(SalesOrder order, StoredRecord stored, Decision decision, string messageId, string? error, CancellationToken cancellation)
    {
        var number = decision.Status != OrderStatus.Confirmed ? null : order.OrderNumber
            ?? $"SO-{await sequences.NextAsync(call.Caller.TenantId, "orders.orderNumber", cancellation):00000}";
        var written = await entities.ActAsync<SalesOrder>(
            order.Id, decision.Action, new WriteOptions(new IfMatch(false, [EntityTag.Of(stored.Version)])), Decided, cancellation);
        if (written.Error is Stale or NotFound or InvalidTransition)
            return false;

        return written.Failed ? throw new UnsettledException(written.Error) : true;

        SalesOrder Decided(SalesOrder present)
        {
            var reason = decision.Reason is { Length: > LongestReason } text ? text[..(LongestReason - 1)] + "…" : decision.Reason;
            var receipt = present.Processing ?? new OrderProcessing();
            return present with
            {
                Status = decision.Status,
                OrderNumber = number ?? present.OrderNumber,
                HoldReason = decision.Status == OrderStatus.OnHold ? reason : null,
                RejectionReason = decision.Status == OrderStatus.Rejected ? reason : null,
                Processing = receipt with
                {
                    MessageIds = [.. receipt.MessageIds.Append(messageId).Distinct().TakeLast(OrderProcessing.Kept)],
                    Effects = [.. receipt.Effects.Concat(decision.Effects).Concat(number is null ? [] : [number]).TakeLast(OrderProcessing.Kept)],
                    LastError = error,
                    ReceiptHash = stored.Hash,
                },
            };
        }
    }
}
