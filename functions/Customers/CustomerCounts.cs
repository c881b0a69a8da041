using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Entities.Changes;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Tenants;

namespace Crm.Customers;

/// <summary>What of a customer's orders and cases is counted: orders that are confirmed or completed, and cases that are not settled.</summary>
public sealed class CustomerCounts(EntityCatalog catalog, RecordStore records, TenantDirectory tenants)
{
    /// <summary>Where orders and cases name their customer.</summary>
    internal const string CustomerPath = "/customerId";

    private const string StatusPath = "/status";

    private readonly Dictionary<string, string[]> _counted = new()
    {
        [catalog.Of<SalesOrder>().Collection] = ["confirmed", "completed"],
        [catalog.Of<Case>().Collection] = ["new", "open", "waitingCustomer", "onHold"],
    };

    /// <summary>What a customer shows.</summary>
    /// <param name="Spent">In the base currency.</param>
    public sealed record Count(int Orders, decimal Spent, DateTimeOffset? LastOrderAt, int OpenCases)
    {
        public Customer In(Customer customer) => customer with { OrderCount = Orders, TotalSpent = Spent, LastOrderAt = LastOrderAt, OpenCaseCount = OpenCases };
    }

    /// <summary>Whether a change may make something count that did not, or the other way round, or count for another customer.</summary>
    public bool Concern(FeedChange change)
    {
        if (!_counted.TryGetValue(change.Key.Collection, out var counted))
            return false;

        var fields = change.Change.Changes;
        var status = fields.FirstOrDefault(field => field.Path == StatusPath);
        var (did, does) = (Counts(status?.Before), Counts(status?.After));
        return did != does || (fields.Any(field => field.Path == CustomerPath) && (status is null || did));

        bool Counts(JsonNode? value) => counted.Contains((string?)value);
    }

    /// <summary>Counts, with everything that is committed by now.</summary>
    public async Task<Count> OfAsync(RecordKey customer, CancellationToken cancellation)
    {
        var tenant = await tenants.FindAsync(customer.TenantId, records, cancellation);
        var orders = RowsAsync<SalesOrder>(customer, "COUNT(1) AS orders, SUM(c.data.baseGrandTotal) AS spent, MAX(c.data.submittedAt) AS last", cancellation);
        var cases = RowsAsync<Case>(customer, "COUNT(1) AS cases", cancellation);
        var (ordered, open) = ((await orders)[0], (await cases)[0]);
        return new Count(
            ordered.GetProperty("orders").GetInt32(),
            ordered.TryGetProperty("spent", out var spent) && spent.ValueKind == JsonValueKind.Number ? Money.Round(spent.GetDecimal(), tenant!.BaseCurrency) : 0,
            ordered.TryGetProperty("last", out var last) && last.ValueKind == JsonValueKind.String ? last.GetDateTimeOffset() : null,
            open.GetProperty("cases").GetInt32());
    }

    private Task<IReadOnlyList<JsonElement>> RowsAsync<T>(RecordKey customer, string select, CancellationToken cancellation) where T : Entity
    {
        var collection = catalog.Of<T>().Collection;
        return records.QueryAsync(
            customer.TenantId, collection, select, $"c.data.customerId = @customer AND c.data.status IN ({string.Join(", ", _counted[collection].Select(status => $"'{status}'"))})",
            [("@customer", customer.Id)], latest: true, cancellation);
    }
}
