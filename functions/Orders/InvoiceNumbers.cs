using System.Net;
using System.Text.Json;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Cosmos;
using Crm.Platform.Json;
using Microsoft.Azure.Cosmos;

namespace Crm.Orders;

/// <summary>
/// Gives invoices their numbers: 1, 2, 3 … in each series of a tenant, without gaps. The series remembers which invoice has its last number, and gives the
/// next one only when the last is written on its invoice. So whoever dies between taking a number and writing it leaves no gap: the next one writes it.
/// </summary>
public sealed class InvoiceNumbers(OrderParts parts, CrmContainers containers, CallContext call, RequestCharge charge)
{
    private const string Scope = "invoice-series";

    private static readonly ItemRequestOptions Latest = new() { ConsistencyLevel = ConsistencyLevel.Strong };

    /// <param name="Value">The last number.</param>
    /// <param name="Holder">The invoice that has it.</param>
    private sealed record Series(string Id, string TenantId, string Scope, long Value, string Holder);

    /// <summary>Numbers an invoice that has no number.</summary>
    /// <exception cref="UnsettledException">Another invoice of the series is being numbered.</exception>
    public async Task GiveAsync(Invoice invoice, CancellationToken cancellation)
    {
        var (last, tag) = await ReadAsync(invoice.Series, cancellation);
        if (last is not null)
        {
            await WriteAsync(last, cancellation);
            if (last.Holder == invoice.Id)
                return;

            // Somebody else may have finished this one before the last was taken. Read after the series: what happens from now on changes its tag.
            if (await parts.LatestAsync<Invoice>(invoice.Id, cancellation) is not { InvoiceNumber: null })
                return;
        }

        var next = new Series(Digest(invoice.Series), call.Caller.TenantId, Scope, (last?.Value ?? 0) + 1, invoice.Id);
        if (!await TakeAsync(invoice.Series, next, tag, cancellation))
            throw new UnsettledException(new Conflict("Another invoice of the series is being numbered."));

        await WriteAsync(next, cancellation);

        Task WriteAsync(Series series, CancellationToken token) => parts.ActAsync<Invoice>(
            series.Holder, "issue", present => present.InvoiceNumber is not null ? present : present with { InvoiceNumber = $"{invoice.Series}-{series.Value:00000}" }, token);
    }

    private async Task<(Series? Last, string? Tag)> ReadAsync(string series, CancellationToken cancellation)
    {
        using var response = await containers.Keys.ReadItemStreamAsync(Digest(series), Partition(series), Latest, cancellation);
        charge.Add(response.Headers.RequestCharge);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return (null, null);

        response.EnsureSuccessStatusCode();
        return (await JsonSerializer.DeserializeAsync<Series>(response.Content, CrmJson.Options, cancellation), response.Headers.ETag);
    }

    private async Task<bool> TakeAsync(string name, Series series, string? tag, CancellationToken cancellation)
    {
        var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(series, CrmJson.Options));
        using var response = tag is null
            ? await containers.Keys.CreateItemStreamAsync(body, Partition(name), cancellationToken: cancellation)
            : await containers.Keys.ReplaceItemStreamAsync(body, series.Id, Partition(name), new ItemRequestOptions { IfMatchEtag = tag }, cancellation);
        charge.Add(response.Headers.RequestCharge);
        if (response.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed)
            return false;

        response.EnsureSuccessStatusCode();
        return true;
    }

    /// <summary>A series may be called with a slash, an id may not.</summary>
    private static string Digest(string series) => Ids.Digest(series);

    private PartitionKey Partition(string series) => new PartitionKeyBuilder().Add(call.Caller.TenantId).Add(Scope).Add(Digest(series)).Build();
}
