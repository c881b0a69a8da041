using System.Globalization;
using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;
using Microsoft.Extensions.Logging;

namespace Crm.Orders;

/// <summary>
/// Makes invoices overdue, from the day after the one they are due on, where the tenant is. What is found are those that wait for it, of all tenants at once; each
/// is then looked at and written in the name of its own. What is cut short, the next run goes on with.
/// </summary>
public sealed partial class AgeInvoices(EntityCatalog catalog, RecordStore records, SystemCalls system, TimeProvider time, ILogger<AgeInvoices> logger)
{
    private const int AtOnce = 8;

    /// <summary>Where the day begins first.</summary>
    private static readonly TimeSpan Earliest = TimeSpan.FromHours(14);

    public Task RunAsync(CancellationToken cancellation)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime + Earliest);
        var due = records.FindInAllTenantsAsync(
            catalog.Of<Invoice>().Collection, "c.data.status IN ('issued', 'partiallyPaid') AND c.data.dueDate < @today", [("@today", today.ToString("O", CultureInfo.InvariantCulture))], cancellation);
        return Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, AgeAsync);
    }

    /// <summary>Its own rules know whether it is overdue yet.</summary>
    private async ValueTask AgeAsync(RecordKey key, CancellationToken cancellation)
    {
        var aged = await system.RunAsync<EntityService, Result<RecordReply>>(
            key.TenantId, nameof(AgeInvoices), nameof(AgeInvoices), traceParent: null, entities => entities.ActAsync<Invoice>(key.Id, Invoice.Age, new WriteOptions(), invoice => invoice, cancellation));
        if (aged.Failed)
            Log.NotAged(logger, key.Id, aged.Error.Detail);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Invoice {InvoiceId} is not made overdue now: {Reason}")]
        public static partial void NotAged(ILogger logger, string invoiceId, string reason);
    }
}
