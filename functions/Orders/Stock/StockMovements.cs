using System.Globalization;
using System.Text.Json;
using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Cosmos;
using Crm.Platform.Http;
using Crm.Platform.Json;
using Crm.Platform.Paging;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;

namespace Crm.Orders.Stock;

/// <summary>
/// Moves stock: the conditional change of the item, the movement and the change document are one batch. A movement whose id is there already is not made
/// again; it is answered as it was made.
/// </summary>
public sealed class StockMovements(EntityCatalog catalog, EntityService entities, RecordStore records, CrmContainers containers, Cursors cursors, CallContext call, RequestCharge charge)
{
    /// <summary>Moves an item. Refused where more would be taken than is there.</summary>
    public async Task<Result<MovementReply>> MakeAsync(StockMovement movement, IfMatch? condition, CancellationToken cancellation)
    {
        var moved = await entities.ActAsync<StockItem>(
            movement.StockItemId, JsonNamingPolicy.CamelCase.ConvertName(movement.Kind.ToString()), new WriteOptions(condition), movement.Move, movement.ToBytes, cancellation);
        if (!moved.Failed)
            return new MovementReply(movement, moved.Value.Session);

        // Whatever is refused now may have been done before.
        if (moved.Error is NotFound || await FindAsync(movement.StockItemId, movement.Id, cancellation) is not { } done)
            return moved.Error;

        return done.Fingerprint == movement.Fingerprint ? new MovementReply(done.Data, null) { IsVoid = done.IsVoid, Replayed = true } : new KeyReused();
    }

    /// <summary>Keeps a movement that has not been made from ever being made; false where it has been.</summary>
    internal Task<bool> PreventAsync(StockMovement movement, CancellationToken cancellation) =>
        records.CreateBesideAsync(KeyOf(movement.StockItemId), (movement with { Quantity = 0 }).ToBytes(KeyOf(movement.StockItemId), version: 0), cancellation);

    /// <summary>A movement, or what keeps it from being made.</summary>
    internal Task<StoredMovement?> FindAsync(string stockItemId, string id, CancellationToken cancellation) =>
        records.ReadBesideAsync<StoredMovement>(KeyOf(stockItemId), id, cancellation);

    /// <summary>The movements of an item, newest first.</summary>
    public async Task<Result<MovementPage>> ListAsync(string stockItemId, HttpRequest request, CancellationToken cancellation)
    {
        var query = new QueryParameters(request, "maxpagesize", "cursor");
        var (size, cursor) = (query.PageSize(), query.Text("cursor"));
        if (query.Error is { } error)
            return error;
        var found = await entities.ReadAsync(catalog.Of<StockItem>().Collection, stockItemId, session: null, cancellation);
        if (found.Failed)
            return found.Error;

        // Each movement made a version of the item, so the lowest of a page says where the next one starts.
        string[] list = ["movements", stockItemId];
        var from = cursor is null ? new Cursor(int.MaxValue.ToString(CultureInfo.InvariantCulture), null) : cursors.Read(cursor, call.Caller, list);
        if (from.Failed)
            return from.Error;

        var rows = await ReadAsync(KeyOf(stockItemId), int.Parse(from.Value.Continuation, CultureInfo.InvariantCulture), size + 1, cancellation);
        var next = rows.Count <= size ? null : cursors.Write(new Cursor(rows[size - 1].Version.ToString(CultureInfo.InvariantCulture), null), call.Caller, list);
        return new MovementPage([.. rows.Take(size).Select(row => row.Data)], next is null ? null : NextLinks.From(request.Url(), request.Query, next));
    }

    private async Task<IReadOnlyList<StoredMovement>> ReadAsync(RecordKey item, int before, int most, CancellationToken cancellation)
    {
        var query = new QueryDefinition(
            "SELECT * FROM c WHERE c.tenantId = @tenant AND c.entity = @entity AND c.recordId = @id AND c.kind = @kind AND c.version < @before ORDER BY c.version DESC OFFSET 0 LIMIT @most")
            .WithParameter("@tenant", item.TenantId).WithParameter("@entity", item.Collection).WithParameter("@id", item.Id)
            .WithParameter("@kind", StoredMovement.Moved).WithParameter("@before", before).WithParameter("@most", most);
        return await containers.Records.RowsAsync(query, item.Partition, charge, cancellation: cancellation).Select(row => row.Deserialize<StoredMovement>(CrmJson.Options)!).ToListAsync(cancellation);
    }

    private RecordKey KeyOf(string stockItemId) => new(call.Caller.TenantId, catalog.Of<StockItem>().Collection, stockItemId);
}

/// <summary>A movement that was made, now or before.</summary>
public sealed record MovementReply(StockMovement Movement, string? Session) : IResult
{
    /// <summary>It was kept from being made.</summary>
    internal bool IsVoid { get; init; }

    internal bool Replayed { get; init; }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status201Created;
        if (Session is not null)
            httpContext.Response.Headers[HeaderNames.ConsistencyToken] = Session;
        if (Replayed)
            httpContext.Response.Headers[HeaderNames.IdempotentReplayed] = "true";
        return httpContext.Response.WriteAsJsonAsync(Movement, CrmJson.Options, httpContext.RequestAborted);
    }
}

/// <summary>One page of movements.</summary>
/// <param name="NextLink">Where the next page is; null after the last.</param>
public sealed record MovementPage(IReadOnlyList<StockMovement> Value, string? NextLink) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (NextLink is not null)
            httpContext.Response.Headers.Link = NextLinks.Header(NextLink);
        return httpContext.Response.WriteAsJsonAsync(new { Value, NextLink }, CrmJson.Options, httpContext.RequestAborted);
    }
}
