using Crm.Entities;
using Crm.Entities.Changes;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.ChangeFeed;

namespace Crm.Customers;

/// <summary>
/// Keeps what a customer shows of its contact or account in step with it. The customer is written as it stands: its own rules read the contact or account
/// and, where nothing differs, make no version, so that it does not matter how often or how late this runs.
/// </summary>
public sealed class RefreshCustomers(EntityCatalog catalog, RecordStore records, SystemCalls system, FeedLag lag, TimeProvider time)
{
    private const int AtOnce = 8;

    /// <summary>What is shown of each, and the customer's reference to it.</summary>
    private static readonly Dictionary<string, (string Reference, string[] Shown)> Sources = new()
    {
        ["contacts"] = ("contactId", ["/fullName", "/birthday", "/occupation"]),
        ["accounts"] = ("accountId", ["/name", "/industry"]),
    };

    /// <exception cref="InvalidOperationException">A customer is being written over and over: the batch has to come again.</exception>
    public async Task RunAsync(IReadOnlyList<FeedChange> changes, CancellationToken cancellation)
    {
        if (changes.Count == 0)
            return;

        var sources = changes.Where(IsShown).DistinctBy(change => change.Key);
        await Parallel.ForEachAsync(sources, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, RefreshAsync);
        lag.Done(nameof(RefreshCustomers), changes.Max(change => change.OccurredAt), time.GetUtcNow());
    }

    /// <summary>A new contact or account has no customer yet that could show something else.</summary>
    private static bool IsShown(FeedChange change) =>
        Sources.TryGetValue(change.Key.Collection, out var source) && change.Change.Version > 1 && change.Change.Changes.Any(field => source.Shown.Contains(field.Path));

    private async ValueTask RefreshAsync(FeedChange change, CancellationToken cancellation)
    {
        var customers = catalog.Of<Customer>();
        var reference = customers.References.Single(path => path.Name == Sources[change.Key.Collection].Reference);
        foreach (var id in await records.ReferrersAsync(change.Key.TenantId, customers.Collection, reference, change.Key.Reference, most: 10, cancellation))
        {
            var cause = change.Change;
            var written = await system.RunAsync<EntityService, Result<RecordReply>>(
                cause.TenantId, "refresh-customers", cause.RequestId, cause.TraceParent,
                entities => entities.ActAsync<Customer>(id, "update", new WriteOptions(), customer => customer, cancellation));

            // Gone meanwhile, or no longer as its rules want it: then it stays as it is.
            if (written.Error is Conflict or Stale or Busy)
                throw new InvalidOperationException($"customers/{id} could not be refreshed yet: {written.Error.Detail}");
        }
    }
}
