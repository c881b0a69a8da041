using System.Globalization;
using System.Net;
using System.Text.Json;
using Crm.Entities;
using Crm.Entities.Changes;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Cosmos;
using Crm.Platform.Http;
using Crm.Platform.Json;
using Crm.Platform.Paging;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;

namespace Crm.History;

/// <summary>Lists changes, newest first: those of one record, and those of all records of the tenant.</summary>
public sealed class HistoryLists(RecordHistory history, EntityCatalog catalog, CrmContainers containers, Cursors cursors, CallContext call, RequestCharge charge)
{
    /// <summary>A page can come back empty and still not be the last; so many are read before the search is handed back to the caller.</summary>
    private const int MaxEmptyPages = 5;

    /// <summary>The changes of a record, complete up to its latest write: its own change documents stand in for what history has yet to write.</summary>
    public async Task<Result<HistoryPage>> OfRecordAsync(string collection, string id, HttpRequest request, CancellationToken cancellation)
    {
        var query = new QueryParameters(request, "maxpagesize", "cursor");
        var (size, cursor) = (query.PageSize(), query.Text("cursor"));
        if (query.Error is { } error)
            return error;

        // Versions have no gaps, so the lowest of a page says where the next one starts.
        string[] list = ["history", collection, id];
        var from = cursor is null ? new Cursor(int.MaxValue.ToString(CultureInfo.InvariantCulture), null) : cursors.Read(cursor, call.Caller, list);
        if (from.Failed)
            return from.Error;

        var before = int.Parse(from.Value.Continuation, CultureInfo.InvariantCulture);
        var changes = await history.ChangesAsync(collection, id, before, size, cancellation);
        if (changes.Failed)
            return changes.Error;

        var lowest = changes.Value.Length == 0 ? 1 : changes.Value[^1].Version;
        var next = lowest == 1 ? null : cursors.Write(new Cursor(lowest.ToString(CultureInfo.InvariantCulture), null), call.Caller, list);
        return Page(request, changes.Value, next);
    }

    /// <summary>The changes of the tenant's records. They follow the change feed: the latest few seconds may not be among them yet.</summary>
    public async Task<Result<HistoryPage>> OfTenantAsync(HttpRequest request, CancellationToken cancellation)
    {
        var query = new QueryParameters(request, "entity", "actor", "action", "from", "to", "maxpagesize", "cursor");
        var (entity, (start, end), size, cursor) = (query.Text("entity"), query.Period(), query.PageSize(), query.Text("cursor"));
        if (entity is not null && catalog.Exposed(entity) is null)
            query.Refuse("entity", "unknown-collection", "is not the name of a collection");
        if (query.Error is { } error)
            return error;
        if (entity is not null && !ReadsAll(entity))
            return Forbidden.Lacking(Right.Read, $"all {entity}");

        string?[] list = ["history", entity, query.Text("actor"), query.Text("action"), query.Text("from"), query.Text("to")];
        Result<Cursor> from = default;
        if (cursor is not null && (from = cursors.Read(cursor, call.Caller, list)).Failed)
            return from.Error;

        // Whose a record was at the time of a change is not asked: there are the changes of collections that the caller reads as a whole.
        var (all, readable) = (catalog.All, catalog.All.Select(type => type.Collection).Where(ReadsAll).ToList());
        var statement = Statement(call.Caller.TenantId, entity is null && readable.Count < all.Count ? readable : null,
            ("entity", "=", entity), ("actor.id", "=", query.Text("actor")), ("action", "=", query.Text("action")),
            ("occurredAt", ">=", start is null ? null : UtcTimeConverter.Format(start.Value)), ("occurredAt", "<=", end is null ? null : UtcTimeConverter.Format(end.Value)));
        if (await ReadAsync(statement, size, from.Value?.Continuation, cancellation) is not var (changes, continuation))
            return Cursors.TooOld();

        return Page(request, changes, continuation is null ? null : cursors.Write(new Cursor(continuation, null), call.Caller, list));
    }

    private bool ReadsAll(string collection) => call.Caller.Permissions.Scope(Right.Read, collection) == GrantScope.All;

    /// <summary>One index in order of time, read from where the page starts.</summary>
    /// <param name="collections">Those to look into; null for all.</param>
    private static QueryDefinition Statement(string tenantId, IReadOnlyList<string>? collections, params IReadOnlyList<(string Path, string Is, string? Value)> conditions)
    {
        var given = conditions.Where(condition => condition.Value is not null).ToList();
        var where = (collections is null ? "" : " AND ARRAY_CONTAINS(@collections, c.entity)") + string.Concat(given.Select((condition, number) => $" AND c.{condition.Path} {condition.Is} @p{number}"));
        var statement = new QueryDefinition($"SELECT * FROM c WHERE c.tenantId = @tenant AND IS_DEFINED(c.occurredAt){where} ORDER BY c.occurredAt DESC").WithParameter("@tenant", tenantId);
        if (collections is not null)
            statement = statement.WithParameter("@collections", collections);
        return given.Select((condition, number) => (condition, number)).Aggregate(statement, (with, given) => with.WithParameter($"@p{given.number}", given.condition.Value));
    }

    /// <summary>The first page that is not empty; null where the database no longer takes the continuation.</summary>
    private async Task<(IReadOnlyList<Change> Changes, string? Continuation)?> ReadAsync(QueryDefinition statement, int size, string? continuation, CancellationToken cancellation)
    {
        using var pages = containers.History.Pages(statement, new PartitionKeyBuilder().Add(call.Caller.TenantId).Build(), size, continuation);
        for (var empty = 0; pages.HasMoreResults; empty++)
        {
            using var page = await pages.ReadNextAsync(cancellation);
            charge.Add(page.Headers.RequestCharge);
            if (page.StatusCode == HttpStatusCode.BadRequest && continuation is not null)
                return null;

            page.EnsureSuccessStatusCode();
            var body = await page.Content.ParseAsync(cancellation);
            List<Change> changes = [.. body.GetProperty("Documents").EnumerateArray().Select(row => row.Deserialize<Change>(CrmJson.Options)!)];
            var more = pages.HasMoreResults ? page.ContinuationToken : null;
            if (changes.Count > 0 || more is null || empty == MaxEmptyPages)
                return (changes, more);
        }

        return ([], null);
    }

    private HistoryPage Page(HttpRequest request, IEnumerable<Change> changes, string? cursor) =>
        new([.. changes.Select(change => HistoryEntry.Of(change, call.Caller.Permissions.Hidden(change.Entity)))], cursor is null ? null : NextLinks.From(request.Url(), request.Query, cursor));
}
