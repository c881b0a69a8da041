using System.Net;
using System.Text.Json;
using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Cosmos;
using Crm.Platform.Json;
using Crm.Tenants;
using Microsoft.Azure.Cosmos;

namespace Crm.Orders;

/// <summary>
/// Holds a customer's open orders to the credit limit. Confirmed orders count, and submitted ones that have passed the check: those are claimed in one
/// document per customer, whose tag lets one check pass at a time. A claim needs no release: once its order is neither, it counts no more.
/// </summary>
public sealed class CreditCheck(EntityCatalog catalog, RecordStore records, CrmContainers containers, TenantDirectory tenants, ExchangeRates rates, CallContext call, RequestCharge charge)
{
    private const string Scope = "credit";

    private static readonly ItemRequestOptions Latest = new() { ConsistencyLevel = ConsistencyLevel.Strong };

    private sealed record Claims(string Id, string TenantId, string Scope, IReadOnlyList<string> Orders);

    private sealed record Open(string Id, decimal Total);

    /// <summary>Claims credit for an order; or why there is none, for people to read.</summary>
    /// <exception cref="UnsettledException">Another order of the customer was checked at the same moment.</exception>
    public async Task<string?> RefusedAsync(SalesOrder order, Customer customer, CancellationToken cancellation)
    {
        if (customer.CreditLimit is not { } limit)
            return null;

        var tenant = (await tenants.FindAsync(call.Caller.TenantId, records, cancellation))!;
        if (await rates.FindAsync(tenant, customer.Currency ?? tenant.BaseCurrency, order.OrderDate!.Value, cancellation) is not { } rate)
            return $"The customer's credit limit is in {customer.Currency}, and no exchange rate of it is known.";

        var (claimed, tag) = await ReadAsync(customer.Id, cancellation);

        // In this order: what is confirmed between the two counts twice at worst, and never not at all.
        var submitted = await SubmittedAsync(order, claimed, cancellation);
        var open = submitted.Sum(other => other.Total) + await ConfirmedAsync(order, submitted, cancellation);
        if (open + order.BaseGrandTotal!.Value > limit * rate)
            return $"Open orders come to {open:0.00##} {tenant.BaseCurrency}, this one to {order.BaseGrandTotal:0.00##}: together more than the credit limit of {limit * rate:0.00##}.";
        if (claimed.Contains(order.Id))
            return null;

        return await WriteAsync(customer.Id, [.. submitted.Select(other => other.Id), order.Id], tag, cancellation)
            ? null
            : throw new UnsettledException(new Conflict("Another order of the customer is being checked."));
    }

    private async Task<IReadOnlyList<Open>> SubmittedAsync(SalesOrder order, IReadOnlyList<string> claimed, CancellationToken cancellation)
    {
        var others = claimed.Where(id => id != order.Id).ToList();
        if (others.Count == 0)
            return [];

        var rows = await records.QueryAsync(
            call.Caller.TenantId, catalog.Of<SalesOrder>().Collection, "c.recordId AS id, c.data.baseGrandTotal AS total",
            "c.data.customerId = @customer AND c.data.status = 'submitted' AND ARRAY_CONTAINS(@claimed, c.recordId)",
            [("@customer", order.CustomerId), ("@claimed", others)], latest: true, cancellation);
        return [.. rows.Select(row => new Open(row.GetProperty("id").GetString()!, row.GetProperty("total").GetDecimal()))];
    }

    private async Task<decimal> ConfirmedAsync(SalesOrder order, IReadOnlyList<Open> counted, CancellationToken cancellation)
    {
        var sums = await records.QueryAsync(
            call.Caller.TenantId, catalog.Of<SalesOrder>().Collection, "VALUE SUM(c.data.baseGrandTotal)",
            "c.data.customerId = @customer AND c.data.status = 'confirmed' AND NOT ARRAY_CONTAINS(@counted, c.recordId)",
            [("@customer", order.CustomerId), ("@counted", counted.Select(other => other.Id).Append(order.Id).ToList())], latest: true, cancellation);
        return sums is [{ ValueKind: JsonValueKind.Number } sum] ? sum.GetDecimal() : 0;
    }

    private async Task<(IReadOnlyList<string> Claimed, string? Tag)> ReadAsync(string customerId, CancellationToken cancellation)
    {
        using var response = await containers.Keys.ReadItemStreamAsync(customerId, Partition(customerId), Latest, cancellation);
        charge.Add(response.Headers.RequestCharge);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return ([], null);

        response.EnsureSuccessStatusCode();
        return ((await JsonSerializer.DeserializeAsync<Claims>(response.Content, CrmJson.Options, cancellation))!.Orders, response.Headers.ETag);
    }

    private async Task<bool> WriteAsync(string customerId, IReadOnlyList<string> orders, string? tag, CancellationToken cancellation)
    {
        var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(new Claims(customerId, call.Caller.TenantId, Scope, orders), CrmJson.Options));
        using var response = tag is null
            ? await containers.Keys.CreateItemStreamAsync(body, Partition(customerId), cancellationToken: cancellation)
            : await containers.Keys.ReplaceItemStreamAsync(body, customerId, Partition(customerId), new ItemRequestOptions { IfMatchEtag = tag }, cancellation);
        charge.Add(response.Headers.RequestCharge);
        if (response.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed or HttpStatusCode.NotFound)
            return false;

        response.EnsureSuccessStatusCode();
        return true;
    }

    private PartitionKey Partition(string customerId) => new PartitionKeyBuilder().Add(call.Caller.TenantId).Add(Scope).Add(customerId).Build();
}
