using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform;

namespace Crm.Orders;

/// <summary>What people do with an order as a whole. Done again, each answers the order as it is.</summary>
public sealed class OrderActions(EntityCatalog catalog, EntityService entities, OrderEffects effects)
{
    /// <summary>Freezes prices, taxes and rate, and has the order decided on: the event in the same batch brings it to the queue.</summary>
    public Task<Result<RecordReply>> SubmitAsync(string id, WriteOptions options, CancellationToken cancellation) =>
        entities.ActAsync<SalesOrder>(
            id, "submit", options with { Accepts = true }, order => order.Status == OrderStatus.Draft ? order with { Status = OrderStatus.Submitted } : order, cancellation);

    /// <summary>Has an order that is on hold decided on again.</summary>
    public Task<Result<RecordReply>> ResubmitAsync(string id, WriteOptions options, CancellationToken cancellation) =>
        AfterReleaseAsync(id, OrderStatus.OnHold, () => entities.ActAsync<SalesOrder>(
            id, "resubmit", options with { Accepts = true }, order => order.Status is OrderStatus.Draft or OrderStatus.OnHold ? order with { Status = OrderStatus.Submitted } : order, cancellation), cancellation);

    /// <summary>Makes a rejected order a draft again.</summary>
    public Task<Result<RecordReply>> ReopenAsync(string id, WriteOptions options, CancellationToken cancellation) =>
        AfterReleaseAsync(id, OrderStatus.Rejected, () => entities.ActAsync<SalesOrder>(
            id, "reopen", options, order => order.Status == OrderStatus.Submitted ? order : order with { Status = OrderStatus.Draft }, cancellation), cancellation);

    /// <summary>Cancels an order of which nothing is at the customer: nothing was shipped, or all of it came back. What it has reserved is free at once; the queue sees to what a crash leaves of that.</summary>
    public async Task<Result<RecordReply>> CancelAsync(string id, string? reason, WriteOptions options, CancellationToken cancellation)
    {
        var cancelled = await entities.ActAsync<SalesOrder>(id, "cancel", options, Cancelled, cancellation);
        if (cancelled.Failed)
            return cancelled;

        var order = (SalesOrder)cancelled.Value.Type.Deserialize(cancelled.Value.Data);
        if (order.Status != OrderStatus.Cancelled)
            return new WrongState($"Of order {order.OrderNumber}, some has been shipped: it can no longer be cancelled, unless all of it comes back.");
        if (order.Processing is not null)
            await effects.TryAsync<OrderStock>((stock, token) => stock.ReleaseAsync(order, token), cancellation);
        return cancelled;

        SalesOrder Cancelled(SalesOrder present) => present.Status == OrderStatus.Cancelled || present.Lines.Any(line => line.QuantityShipped > line.QuantityReturned)
            ? present
            : present with { Status = OrderStatus.Cancelled, CancelReason = reason };
    }

    /// <summary>A new attempt starts when nothing of the last one can hold stock any more.</summary>
    private async Task<Result<RecordReply>> AfterReleaseAsync(string id, OrderStatus decided, Func<Task<Result<RecordReply>>> act, CancellationToken cancellation)
    {
        var type = catalog.Of<SalesOrder>();
        var read = await entities.ReadAsync(type.Collection, id, session: null, cancellation);
        if (read.Failed)
            return read.Error;

        var order = (SalesOrder)type.Deserialize(read.Value.Data);
        return order.Status == decided && order.Processing is not null && await effects.TryAsync<OrderStock>((stock, token) => stock.ReleaseAsync(order, token), cancellation) is { } unsettled
            ? unsettled
            : await act();
    }
}
