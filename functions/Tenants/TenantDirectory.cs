using Crm.Entities;
using Crm.Entities.Storage;
using Microsoft.Extensions.Caching.Memory;

namespace Crm.Tenants;

/// <summary>The tenants' own records, kept for a moment: every write needs one, and they hardly ever change.</summary>
public sealed class TenantDirectory(EntityCatalog catalog, IMemoryCache cache)
{
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(30);

    public async ValueTask<Tenant?> FindAsync(string tenantId, RecordStore records, CancellationToken cancellation)
    {
        if (cache.TryGetValue(Key(tenantId), out Tenant? known))
            return known;

        var type = catalog.Of<Tenant>();
        var record = await records.ReadAsync(new RecordKey(tenantId, type.Collection, tenantId), session: null, cancellation);
        return record is { IsTombstone: false } ? Keep(tenantId, (Tenant)type.Deserialize(record.Data)) : null;
    }

    /// <summary>Makes a tenant known before its own record is written: its first records are written first.</summary>
    internal Tenant Keep(string tenantId, Tenant tenant) => cache.Set(Key(tenantId), tenant, Kept);

    private static string Key(string tenantId) => $"tenant:{tenantId}";
}
