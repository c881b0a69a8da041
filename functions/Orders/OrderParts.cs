using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;

namespace Crm.Orders;

/// <summary>
/// Records that belong to an order: shipments, payments, invoices. Each is created first, in the state in which nothing has followed yet; what follows
/// is done in steps that may be repeated, by the request or, where that was cut short, by the message that its creation sends.
/// </summary>
public sealed class OrderParts(EntityCatalog catalog, EntityService entities, RecordStore records, PastStates past, CallContext call, TimeProvider time)
{
    /// <summary>The record an action is on; refused where it is not what the request has read.</summary>
    public async Task<Result<T>> FindAsync<T>(string id, IfMatch? condition, CancellationToken cancellation) where T : Entity
    {
        var type = catalog.Of<T>();
        var read = await entities.ReadAsync(type.Collection, id, session: null, cancellation);
        if (read.Failed)
            return read.Error;

        var record = (T)type.Deserialize(read.Value.Data);
        return condition is null || condition.Matches(record.Version) ? record : new Stale(record.Etag, []);
    }

    /// <summary>The answer to a request that was done before under its key, or null.</summary>
    public async Task<Result<RecordReply>?> ReplayAsync<T>(IdempotencyKey? request, CancellationToken cancellation) where T : Entity =>
        request is null ? null : await past.ReplayAsync(catalog.Of<T>(), KeyOf<T>(IdOf(request)), request, cancellation);

    /// <summary>The id of the record a request makes: with a key, the same each time.</summary>
    public string IdOf(IdempotencyKey? request) => request is null
        ? Ids.New(time.GetUtcNow())
        : Ids.From(call.Caller.TenantId, call.Caller.Actor.Id, request.Scope, request.Key);

    public Task<Result<RecordReply>> CreateAsync<T>(string id, T part, WriteOptions options, CancellationToken cancellation) where T : Entity
    {
        var type = catalog.Of<T>();
        return entities.CreateAsync(type, id, (JsonObject)type.Serialize(part), options with { IfMatch = null }, cancellation);
    }

    /// <summary>The record as it is now, by whichever instance; null where there is none.</summary>
    public async Task<T?> LatestAsync<T>(string id, CancellationToken cancellation) where T : Entity =>
        await records.ReadLatestAsync(KeyOf<T>(id), cancellation) is { IsTombstone: false } stored ? (T)catalog.Of<T>().Deserialize(stored.Data) : null;

    /// <summary>The invoices that the order counts and that are not void, in the order in which it was invoiced.</summary>
    public async Task<IReadOnlyList<Invoice>> InvoicesOfAsync(SalesOrder order, CancellationToken cancellation)
    {
        var live = order.InvoiceIds.Except(order.VoidInvoiceIds).ToList();
        if (live.Count == 0)
            return [];

        var type = catalog.Of<Invoice>();
        var rows = await records.QueryAsync(
            call.Caller.TenantId, type.Collection, "VALUE c.data", "c.data.orderId = @order", [("@order", order.Id)], latest: true, cancellation);
        return [.. rows.Select(row => (Invoice)type.Deserialize(row)).Where(invoice => live.Contains(invoice.Id)).OrderBy(invoice => live.IndexOf(invoice.Id))];
    }

    /// <summary>Changes a record in an action; what cannot be done now is thrown.</summary>
    /// <param name="seen">The record as it must still be; by default, as it is.</param>
    /// <exception cref="UnsettledException">Others were in between, or the rules refuse what had been found right.</exception>
    public async Task<T> ActAsync<T>(string id, string action, Func<T, T> change, CancellationToken cancellation, T? seen = null) where T : Entity
    {
        var acted = await entities.ActAsync(id, action, new WriteOptions(seen is null ? null : new IfMatch(false, [seen.Etag])), change, cancellation);
        return acted.Failed ? throw new UnsettledException(acted.Error) : (T)acted.Value.Type.Deserialize(acted.Value.Data);
    }

    /// <summary>The record as it is, as an answer.</summary>
    public Task<Result<RecordReply>> PresentAsync<T>(string id, CancellationToken cancellation) where T : Entity =>
        entities.ReadAsync(catalog.Of<T>().Collection, id, session: null, cancellation);

    /// <summary>The answer to the request that made a record: the record as it is after all that followed.</summary>
    public async Task<Result<RecordReply>> MadeAsync(RecordReply created, CancellationToken cancellation)
    {
        var read = await entities.ReadAsync(created.Type.Collection, created.Id, created.Session, cancellation);
        return read.Failed ? read.Error : read.Value with { Status = created.Status };
    }

    private RecordKey KeyOf<T>(string id) where T : Entity => new(call.Caller.TenantId, catalog.Of<T>().Collection, id);
}
