using System.Text.Json;
using Crm.Entities;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Cosmos;
using Crm.Platform.Json;
using Crm.Platform.Paging;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Options;

namespace Crm.Query;

/// <summary>One page of a walk through the records that meet a filter.</summary>
/// <param name="Next">Where the walk goes on; null after the last page. A page may be empty and not be the last.</param>
public sealed record ScanPage(IReadOnlyList<JsonElement> Records, string? Next);

/// <summary>
/// Walks through all records of an entity that meet a filter of lists, page by page, for work that goes on for longer than a request: what it needs to
/// go on is a short text. It shows what its caller may read.
/// </summary>
public sealed class RecordScan(CrmContainers containers, IOptions<ListOptions> options, RequestCharge charge)
{
    /// <param name="filter">In the language of lists; null for all.</param>
    /// <param name="until">Records that were created later are left out.</param>
    /// <param name="fields">Of the records, those that are read.</param>
    /// <param name="from">From the page before; null begins.</param>
    /// <returns>The page, or what is wrong with the filter: it may name a field that the caller may no longer read.</returns>
    public async Task<Result<ScanPage>> PageAsync(
        EntityType type, Caller caller, string? filter, DateTimeOffset until, IReadOnlyList<string> fields, int size, string? from, CancellationToken cancellation)
    {
        var query = Read(type, caller, filter, until, fields, size);
        if (query.Failed)
            return query.Error;

        using var pages = Open(ListSql.Rows(type, caller.TenantId, query.Value.List, query.Value.Only), caller.TenantId, type, size, from);
        using var response = await pages.ReadNextAsync(cancellation);
        charge.Add(response.Headers.RequestCharge);
        response.EnsureSuccessStatusCode();
        var body = await response.Content.ParseAsync(cancellation);
        return new ScanPage([.. body.GetProperty("Documents").EnumerateArray()], pages.HasMoreResults ? response.ContinuationToken : null);
    }

    /// <summary>How many there are, up to <see cref="ListSql.MaxCount"/>.</summary>
    public async Task<Result<ListCount>> CountAsync(EntityType type, Caller caller, string? filter, DateTimeOffset until, CancellationToken cancellation)
    {
        var query = Read(type, caller, filter, until, ["id"], ListSql.MaxCount);
        if (query.Failed)
            return query.Error;

        using var pages = Open(ListSql.Count(type, caller.TenantId, query.Value.List, query.Value.Only), caller.TenantId, type, size: -1, from: null);
        var count = 0;
        while (pages.HasMoreResults && count <= ListSql.MaxCount)
        {
            using var response = await pages.ReadNextAsync(cancellation);
            charge.Add(response.Headers.RequestCharge);
            response.EnsureSuccessStatusCode();
            count += (await Documents.ReadAsync(response.Content, cancellation)).Count;
        }

        return new ListCount(Math.Min(count, ListSql.MaxCount), count <= ListSql.MaxCount);
    }

    private Result<(ListQuery List, IReadOnlyList<SqlPredicate> Only)> Read(EntityType type, Caller caller, string? filter, DateTimeOffset until, IReadOnlyList<string> fields, int size)
    {
        var errors = new FilterErrors();
        var condition = filter is null ? null : Filter.Read(type.SeenBy(caller), filter, errors, options.Value);
        if (errors.All.Count > 0)
            return BadRequest.Of(errors.All);

        var list = new ListQuery { Filter = condition, Select = fields, PageSize = size };
        SqlPredicate[] only = [.. Readable.By(caller, type), new("c[\"data\"][\"createdAt\"] <= @until", [new("@until", UtcTimeConverter.Format(until))])];
        return (list, only);
    }

    private FeedIterator Open(SqlStatement statement, string tenantId, EntityType type, int size, string? from) =>
        containers.Records.Pages(statement.ToQuery(), new PartitionKeyBuilder().Add(tenantId).Add(type.Collection).Build(), size, from);
}
