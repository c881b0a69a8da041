using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Microsoft.Extensions.Caching.Memory;

namespace Crm.Webhooks;

/// <summary>
/// The webhooks of tenants. A list answers for every event that is older than itself: what was acknowledged before such an event is in it. So a
/// batch of the feed costs one query for each of its tenants, and one that comes late or again costs none.
/// </summary>
public sealed class WebhookDirectory(RecordStore records, EntityCatalog catalog, IMemoryCache cache, TimeProvider time)
{
    /// <summary>How far the clocks of two instances may differ.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(5);

    /// <summary>How long a list answers at most.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(10);

    private sealed record Known(IReadOnlyList<Webhook> Webhooks, DateTimeOffset LoadedAt);

    /// <summary>The active webhooks of a tenant, as they were at a time or later.</summary>
    public async ValueTask<IReadOnlyList<Webhook>> ActiveAsync(string tenantId, DateTimeOffset at, CancellationToken cancellation)
    {
        var key = $"webhooks:{tenantId}";
        if (cache.TryGetValue(key, out Known? known) && known!.LoadedAt - Skew > at)
            return known.Webhooks;

        var (type, now) = (catalog.Of<Webhook>(), time.GetUtcNow());
        var all = await records.AllAsync(tenantId, type.Collection, data => (Webhook)type.Deserialize(data), cancellation);
        known = new Known([.. all.Where(webhook => webhook.Status == WebhookStatus.Active)], now);
        cache.Set(key, known, Kept);
        return known.Webhooks;
    }
}
