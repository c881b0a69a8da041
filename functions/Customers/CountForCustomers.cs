using Crm.Entities;
using Crm.Entities.Changes;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;

namespace Crm.Customers;

/// <summary>
/// Keeps what a customer shows of its orders and cases in step with them. Nothing is added up: whenever one comes to count, or counts no longer, the customer's own
/// are counted anew, by index. So it does not matter how often, how late or in which order this runs.
/// </summary>
public sealed class CountForCustomers(EntityCatalog catalog, RecordStore records, CustomerCounts counts, SystemCalls system)
{
    /// <summary>How often others may write a customer before the batch has to come again.</summary>
    private const int Rounds = 20;

    private const int AtOnce = 8;

    /// <exception cref="InvalidOperationException">A customer is being written over and over: the batch has to come again.</exception>
    public async Task RunAsync(IReadOnlyList<FeedChange> changes, CancellationToken cancellation)
    {
        var concerned = new Dictionary<RecordKey, FeedChange>();
        foreach (var change in changes.Where(counts.Concern))
        {
            foreach (var id in await CustomersAsync(change, cancellation))
                concerned[new RecordKey(change.Key.TenantId, catalog.Of<Customer>().Collection, id)] = change;
        }

        await Parallel.ForEachAsync(
            concerned, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, (customer, token) => CountAsync(customer.Key, customer.Value.Change, token));
    }

    /// <summary>Whose it was and whose it is. Where that did not change, the record says.</summary>
    private async Task<IEnumerable<string>> CustomersAsync(FeedChange change, CancellationToken cancellation)
    {
        if (change.Change.Changes.FirstOrDefault(field => field.Path == CustomerCounts.CustomerPath) is { } moved)
            return new[] { (string?)moved.Before, (string?)moved.After }.OfType<string>();

        return await records.ReadLatestAsync(change.Key, cancellation) is { IsTombstone: false } stored && stored.Data.TryGetProperty("customerId", out var customer) ? [customer.GetString()!] : [];
    }

    /// <summary>
    /// Counts after the customer was read, and writes only if it is still as it was; and once it has written, counts again. So of several that count at
    /// once, the last one to write has seen all there is.
    /// </summary>
    private async ValueTask CountAsync(RecordKey key, Change cause, CancellationToken cancellation)
    {
        for (var round = 0; round < Rounds; round++)
        {
            if (await records.ReadLatestAsync(key, cancellation) is not { IsTombstone: false } stored)
                return;

            var count = await counts.OfAsync(key, cancellation);
            var customer = (Customer)catalog.Of<Customer>().Deserialize(stored.Data);
            if (count.In(customer) == customer)
                return;

            var written = await system.RunAsync<EntityService, Result<RecordReply>>(
                key.TenantId, "count-for-customers", cause.RequestId, cause.TraceParent,
                entities => entities.ActAsync<Customer>(key.Id, "update", new WriteOptions(new IfMatch(false, [EntityTag.Of(stored.Version)])), count.In, cancellation));

            // Gone meanwhile, or no longer as its rules want it: then it stays as it is.
            if (written.Failed && written.Error is not (Conflict or Stale or Busy))
                return;
        }

        throw new InvalidOperationException($"customers/{key.Id} could not be counted for yet.");
    }
}
