using Crm.Entities.Storage;
using Crm.Platform.Auth;
using Crm.Tenants;

namespace Crm.Query;

/// <summary>What macros stand for, for one caller at one moment.</summary>
internal sealed class FilterMacroValues(TenantDirectory tenants, RecordStore records)
{
    /// <param name="now">The moment a list began: its later pages go by the same.</param>
    public async Task<FilterMacros> OfAsync(Caller caller, DateTimeOffset now, CancellationToken cancellation)
    {
        var zone = await tenants.FindAsync(caller.TenantId, records, cancellation) is { } tenant ? TimeZoneInfo.FindSystemTimeZoneById(tenant.TimeZone) : TimeZoneInfo.Utc;
        return new FilterMacros(caller.UserId, caller.Permissions.Teams, now, zone);
    }
}
