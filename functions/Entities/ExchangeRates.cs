using System.Globalization;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Tenants;

namespace Crm.Entities;

/// <summary>What currencies are worth in the base currency.</summary>
public sealed class ExchangeRates(EntityCatalog catalog, RecordStore records, CallContext call)
{
    /// <summary>The newest rate on or before a day; null where there is none.</summary>
    public async Task<decimal?> FindAsync(Tenant tenant, string currency, DateOnly date, CancellationToken cancellation)
    {
        if (currency == tenant.BaseCurrency)
            return 1;

        var rates = await records.QueryAsync(
            call.Caller.TenantId, catalog.Of<ExchangeRate>().Collection, "TOP 1 VALUE c.data.rate", "c.data.currency = @currency AND c.data.date <= @date ORDER BY c.data.date DESC",
            [("@currency", currency), ("@date", date.ToString("O", CultureInfo.InvariantCulture))], latest: false, cancellation);
        return rates is [var rate] ? rate.GetDecimal() : null;
    }
}
