using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Memory;

namespace Crm.Access;

/// <summary>The tenants that this instance serves. However many requests find one due for a look, one of them looks.</summary>
public sealed class AccessCache(IMemoryCache cache, TimeProvider time)
{
    private static readonly TimeSpan Unused = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Lazy<Task<TenantAccess?>>> _renewing = new(StringComparer.Ordinal);

    /// <param name="renew">Given what is known, answers what is so now; null where there is no such tenant.</param>
    public ValueTask<TenantAccess?> GetAsync(string tenantId, Func<TenantAccess?, Task<TenantAccess?>> renew)
    {
        var known = cache.Get<TenantAccess>(TenantAccess.CacheKey(tenantId));
        return known?.IsFresh(time.GetUtcNow()) == true ? new(known) : new(RenewAsync(tenantId, known, renew));
    }

    private async Task<TenantAccess?> RenewAsync(string tenantId, TenantAccess? known, Func<TenantAccess?, Task<TenantAccess?>> renew)
    {
        var mine = new Lazy<Task<TenantAccess?>>(() => renew(known));
        var running = _renewing.GetOrAdd(tenantId, mine);
        try
        {
            var renewed = await running.Value;
            if (running == mine && renewed is not null)
                cache.Set(TenantAccess.CacheKey(tenantId), renewed, new MemoryCacheEntryOptions { SlidingExpiration = Unused });
            return renewed;
        }
        finally
        {
            _renewing.TryRemove(new(tenantId, mine));
        }
    }
}
