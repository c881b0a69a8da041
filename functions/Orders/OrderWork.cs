using Crm.Entities;
using Crm.Entities.Types;
using Crm.History;
using Microsoft.Extensions.Logging;

namespace Crm.Orders;

/// <summary>What the messages of the queue of orders ask for. Each may come any number of times, in any order.</summary>
public sealed partial class OrderWork(EntityCatalog catalog, ProcessOrder process, ShipOrder ship, ReturnShipment returns, PayOrder pay, InvoiceOrder invoice, Retries retries, ILogger<OrderWork> logger)
{
    /// <summary>Does what follows from an event.</summary>
    /// <exception cref="UnsettledException">It cannot be done now: the message has to come again.</exception>
    public Task HandleAsync(EventMessage message, CancellationToken cancellation)
    {
        var id = message.RecordId;
        return message.Entity switch
        {
            var entity when entity == catalog.Of<SalesOrder>().Collection => process.RunAsync(id, message.Id, cancellation),
            var entity when entity == catalog.Of<Shipment>().Collection && message.Type == "shipment.returned" => retries.RunAsync(token => returns.FinishAsync(id, token), cancellation),
            var entity when entity == catalog.Of<Shipment>().Collection => retries.RunAsync(token => ship.FinishAsync(id, token), cancellation),
            var entity when entity == catalog.Of<Payment>().Collection => retries.RunAsync(token => pay.FinishAsync(id, token), cancellation),
            var entity when entity == catalog.Of<Invoice>().Collection => retries.RunAsync(token => invoice.FinishAsync(id, token), cancellation),
            _ => Task.CompletedTask,
        };
    }

    /// <summary>Takes up what was given up on: an order is put on hold for people to see; a part of one keeps its state, which says that it is not finished.</summary>
    /// <param name="error">What the broker says of it.</param>
    public Task GiveUpAsync(EventMessage message, string error, CancellationToken cancellation)
    {
        Log.GivenUp(logger, message.Type, message.Entity, message.RecordId, error);
        return message.Entity == catalog.Of<SalesOrder>().Collection ? process.HoldAsync(message.RecordId, message.Id, error, cancellation) : Task.CompletedTask;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{EventType} of {Entity} {RecordId} was given up on: {Reason}")]
        public static partial void GivenUp(ILogger logger, string eventType, string entity, string recordId, string reason);
    }
}
