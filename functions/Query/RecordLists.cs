using System.Buffers;
using System.Net;
using System.Text.Json;
using Crm.Entities;
using Crm.Entities.Expanding;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Cosmos;
using Crm.Platform.Json;
using Crm.Platform.Paging;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;

namespace Crm.Query;

/// <summary>One page of a list, ready to send.</summary>
/// <param name="Body">The JSON answer.</param>
/// <param name="NextLink">Where the next page is; null after the last.</param>
/// <param name="RequestCharge">In request units.</param>
public sealed record ListPage(ReadOnlyMemory<byte> Body, string? NextLink, double RequestCharge)
{
    /// <summary>The value of the header <c>Link</c> (RFC 8288), or null after the last page.</summary>
    public string? Link => NextLink is null ? null : NextLinks.Header(NextLink);
}

/// <summary>Lists the records of an entity.</summary>
public sealed class RecordLists
{
    /// <summary>A page can come back empty and still not be the last. Rather than search on without end, we hand the search back to the caller.</summary>
    private const int MaxEmptyPages = 5;

    private readonly Container _records;
    private readonly Cursors _cursors;
    private readonly ExpansionReader _expansions;
    private readonly Expander _expander;
    private readonly FilterMacroValues _macros;
    private readonly TimeProvider _time;
    private readonly ListOptions _options;

    internal RecordLists(Container records, Cursors cursors, ExpansionReader expansions, Expander expander, FilterMacroValues macros, TimeProvider time, ListOptions options) =>
        (_records, _cursors, _expansions, _expander, _macros, _time, _options) = (records, cursors, expansions, expander, macros, time, options);

    private sealed record Page(Documents Documents, string? Continuation, double Charge);

    /// <summary>One page of the records a query string asks for.</summary>
    /// <param name="only">Conditions beside the client's own, such as what the caller may read.</param>
    /// <param name="requestUrl">As the client sees it: the next page is at the same address.</param>
    /// <exception cref="CosmosException">The database failed.</exception>
    public async Task<Result<ListPage>> ListAsync(
        EntityType type, Caller caller, IReadOnlyList<SqlPredicate> only, IQueryCollection query, Uri requestUrl, CancellationToken cancellation)
    {
        var shape = ListShape.Of(query).Of(type);
        var cursor = query["cursor"] is [{ } text] ? _cursors.Read(text, caller, shape) : (Result<Cursor>?)null;
        var from = cursor is { Failed: false } known ? known.Value : null;
        var macros = query["filter"].ToString().Contains('@', StringComparison.Ordinal)
            ? await _macros.OfAsync(caller, from?.Began ?? _time.GetUtcNow(), cancellation)
            : null;
        var read = ListQueryReader.Read(type, caller, query, macros, _expansions, _options);
        if (read.Failed || cursor is { Failed: true })
            return read.Error ?? cursor!.Value.Error!;

        var list = read.Value;

        var partition = new PartitionKeyBuilder().Add(caller.TenantId).Add(type.Collection).Build();
        var counting = !list.Count ? Task.FromResult<(ListCount?, double)>((null, 0))
            : from?.Count is { } counted ? Task.FromResult<(ListCount?, double)>((counted, 0))
            : CountAsync(ListSql.Count(type, caller.TenantId, list, only), partition, cancellation);
        var reading = ReadAsync(ListSql.Rows(type, caller.TenantId, list, only), partition, list.PageSize, from?.Continuation, cancellation);
        await Task.WhenAll(counting, reading);

        var (count, countCharge) = await counting;
        if (await reading is not { } page)
            return Cursors.TooOld();

        var next = page.Continuation is null ? null : NextLinks.From(requestUrl, query, _cursors.Write(new Cursor(page.Continuation, count, macros?.Now), caller, shape));
        var rows = await _expander.ExpandAsync(page.Documents.Rows, list.Expand, cancellation);
        return new ListPage(Body(rows, next, count), next, page.Charge + countCharge);
    }

    /// <summary>The first page that is not empty; null where the database no longer takes the continuation.</summary>
    private async Task<Page?> ReadAsync(SqlStatement statement, PartitionKey partition, int size, string? continuation, CancellationToken cancellation)
    {
        using var pages = _records.Pages(statement.ToQuery(), partition, size, continuation);
        var charge = 0d;
        for (var empty = 0; pages.HasMoreResults; empty++)
        {
            using var response = await pages.ReadNextAsync(cancellation);
            charge += response.Headers.RequestCharge;
            if (response.StatusCode == HttpStatusCode.BadRequest && continuation is not null)
                return null;

            response.EnsureSuccessStatusCode();
            var documents = await Documents.ReadAsync(response.Content, cancellation);
            var more = pages.HasMoreResults ? response.ContinuationToken : null;
            if (documents.Count > 0 || more is null || empty == MaxEmptyPages)
                return new Page(documents, more, charge);
        }

        return new Page(Documents.Empty, null, charge);
    }

    private async Task<(ListCount?, double)> CountAsync(SqlStatement statement, PartitionKey partition, CancellationToken cancellation)
    {
        using var pages = _records.Pages(statement.ToQuery(), partition, size: -1, continuation: null);
        var (count, charge) = (0, 0d);
        while (pages.HasMoreResults && count <= ListSql.MaxCount)
        {
            using var response = await pages.ReadNextAsync(cancellation);
            response.EnsureSuccessStatusCode();
            charge += response.Headers.RequestCharge;
            count += (await Documents.ReadAsync(response.Content, cancellation)).Count;
        }

        return (new ListCount(Math.Min(count, ListSql.MaxCount), count <= ListSql.MaxCount), charge);
    }

    private static ReadOnlyMemory<byte> Body(ReadOnlyMemory<byte> rows, string? next, ListCount? count)
    {
        var buffer = new ArrayBufferWriter<byte>(rows.Length + 1024);
        using var writer = new Utf8JsonWriter(buffer, CrmJson.Writer);
        writer.WriteStartObject();
        writer.WritePropertyName("value");
        writer.WriteRawValue(rows.Span, skipInputValidation: true);
        if (next is not null)
            writer.WriteString("nextLink", next);
        if (count is not null)
        {
            writer.WriteNumber("count", count.Value);
            writer.WriteBoolean("countIsExact", count.IsExact);
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }
}
