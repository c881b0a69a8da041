using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform;

namespace Crm.Orders;

/// <summary>What becomes of a shipment on its way. Done again, each answers the shipment as it is.</summary>
public sealed class ShipmentActions(EntityService entities)
{
    /// <summary>It has arrived.</summary>
    public Task<Result<RecordReply>> DeliverAsync(string id, WriteOptions options, CancellationToken cancellation) => entities.ActAsync<Shipment>(
        id, "deliver", options, present => present.Status is ShipmentStatus.Delivered or ShipmentStatus.Returned ? present : present with { Status = ShipmentStatus.Delivered }, cancellation);

    /// <summary>It does not arrive. The goods stay out of stock until they are returned, if they ever are.</summary>
    public Task<Result<RecordReply>> FailAsync(string id, string? reason, WriteOptions options, CancellationToken cancellation) => entities.ActAsync<Shipment>(
        id, "fail", options,
        present => present.Status is ShipmentStatus.Failed or ShipmentStatus.Returned ? present : present with { Status = ShipmentStatus.Failed, FailureReason = reason }, cancellation);
}
