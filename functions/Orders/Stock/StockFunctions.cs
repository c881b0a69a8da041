using System.ComponentModel.DataAnnotations;
using Crm.Entities.Schema;
using Crm.Entities.Types;
using Crm.Entities.Writing;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Orders.Stock;

/// <summary>Moves stock by hand, and lists what moved.</summary>
public sealed class StockFunctions(StockMovements movements, CallContext call, TimeProvider time)
{
    private const string Route = "api/v1/stock-items/{id}/movements";

    /// <summary>What people move; the rest is moved by orders.</summary>
    internal enum ManualKind
    {
        Receipt,
        Adjustment,
    }

    internal sealed record MovementBody
    {
        public required ManualKind Kind { get; init; }

        /// <summary>What it adds; an adjustment may take away.</summary>
        [Number(4, Min = -OrderRules.MaxAmount, Max = OrderRules.MaxAmount)] public required decimal Quantity { get; init; }

        [StringLength(255)] public string? Reason { get; init; }
    }

    /// <summary>Moves stock by hand: counts a receipt, or adjusts what is on hand.</summary>
    [Function("StockItemsMove"), Records(Right.Update, Collection = "stock-items")]
    [Operation("moveStock"), Writes, Takes(typeof(MovementBody)), Answers(201, typeof(StockMovement))]
    public async Task<IResult> Move(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Route)] HttpRequest request, string id, CancellationToken cancellation)
    {
        var made = await request.ReadWriteAsync(cancellation, MediaTypes.Json).ThenAsync(async write =>
        {
            var body = ActionBody.Read<MovementBody>(write.Body);
            return body.Failed ? body.Error
                : Refused(body.Value) is { } refused ? refused
                : await movements.MakeAsync(Movement(id, body.Value, write.Options.Key), write.Options.IfMatch, cancellation);
        });
        return made.Failed ? Problems.From(made.Error) : made.Value;
    }

    /// <summary>Lists what moved in and out of a stock item, newest first.</summary>
    [Function("StockItemsMovements"), Records(Right.Read, Collection = "stock-items")]
    [Operation("listStockMovements"), Paged, Answers(200, typeof(MovementPage))]
    public async Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Route)] HttpRequest request, string id, CancellationToken cancellation)
    {
        var page = await movements.ListAsync(id, request, cancellation);
        return page.Failed ? Problems.From(page.Error) : page.Value;
    }

    private static Invalid? Refused(MovementBody body) => body switch
    {
        { Kind: ManualKind.Receipt, Quantity: <= 0 } => new Invalid([new FieldError("#/quantity", "min", "must be more than 0: what is received is added")]),
        { Quantity: 0 } => new Invalid([new FieldError("#/quantity", "not-zero", "must not be 0")]),
        _ => null,
    };

    private StockMovement Movement(string itemId, MovementBody body, IdempotencyKey? key) => new()
    {
        Id = key is null ? Ids.New(time.GetUtcNow()) : Ids.From(call.Caller.TenantId, call.Caller.Actor.Id, key.Scope, key.Key),
        StockItemId = itemId,
        Kind = body.Kind == ManualKind.Receipt ? StockMovementKind.Receipt : StockMovementKind.Adjustment,
        Quantity = body.Quantity,
        Reason = body.Reason,
        At = time.GetUtcNow(),
        By = call.Caller.Actor,
        Fingerprint = key?.Fingerprint,
    };
}
