using Crm.Platform.Cosmos;
using Microsoft.Extensions.Caching.Memory;

namespace Crm.Access;

/// <summary>A tenant's mark that something about access is about to change.</summary>
public sealed record AccessVersion(long Number, DateTimeOffset ChangedAt) : KeyDocument
{
    public const string ScopeName = "access";

    public override string Scope => ScopeName;
}

/// <summary>
/// The one document per tenant that caches of access are held against. It is marked <em>before</em> users, roles, teams, keys or the tenant itself change, so
/// no crash can lose the mark; what was loaded while a marked change may still have been under way is loaded again.
/// </summary>
public sealed class AccessVersions(KeyDocuments documents, IMemoryCache cache, TimeProvider time)
{
    /// <summary>Longer than a marked change can take: writes give up after 30 s.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(40);

    private const int Attempts = 20;

    /// <summary>Null where there is no such tenant, or it is not complete yet.</summary>
    public async Task<AccessVersion?> FindAsync(string tenantId, CancellationToken cancellation) =>
        (await documents.FindAsync<AccessVersion>(tenantId, AccessVersion.ScopeName, AccessVersion.ScopeName, cancellation))?.Document;

    /// <summary>Says that something is about to change.</summary>
    /// <exception cref="InvalidOperationException">Others keep saying so at the same moment.</exception>
    public async Task AnnounceAsync(string tenantId, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            // A tenant under way has none yet, and nobody who could have cached anything.
            if (await documents.FindAsync<AccessVersion>(tenantId, AccessVersion.ScopeName, AccessVersion.ScopeName, cancellation) is not var (present, tag))
                return;
            if (await documents.ReplaceAsync(present with { Number = present.Number + 1, ChangedAt = time.GetUtcNow() }, tag, cancellation))
                return;
        }

        throw new InvalidOperationException("The tenant's access changes too often at once.");
    }

    /// <summary>Opens a tenant that is complete.</summary>
    public Task OpenAsync(string tenantId, CancellationToken cancellation) =>
        documents.CreateAsync(new AccessVersion(1, time.GetUtcNow()) { Id = AccessVersion.ScopeName, TenantId = tenantId }, cancellation);

    /// <summary>What this instance has changed itself it sees at once.</summary>
    public void Forget(string tenantId) => cache.Remove(TenantAccess.CacheKey(tenantId));
}
