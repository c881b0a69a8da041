using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Cosmos;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Crm.Access;

/// <summary>Finds an API key's tenant and record by the id in its text, before the tenant is known.</summary>
/// <param name="Owner">The tenant.</param>
/// <param name="Hash">Of the secret; the secret itself is shown once and kept nowhere.</param>
public sealed record ApiKeyDocument(string Owner, string RecordId, string Hash) : KeyDocument
{
    public const string ScopeName = "api-key";

    public override string Scope => ScopeName;
}

/// <summary>API keys: <c>crm_&lt;environment&gt;_&lt;id&gt;_&lt;secret&gt;</c>.</summary>
public sealed class ApiKeys(KeyDocuments documents, IMemoryCache cache, IServiceScopeFactory scopes, IOptions<AuthOptions> options, TimeProvider time)
{
    public const string Prefix = "crm_";

    private const int MaxLength = 200;

    /// <summary>How coarse <c>lastUsedAt</c> is: a key in use writes no more often.</summary>
    private static readonly TimeSpan Coarse = TimeSpan.FromHours(1);

    /// <summary>What the document says never changes; what may change is in the record.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(5);

    /// <summary>A new key: its prefix, its whole text, and the document to find it by.</summary>
    public (string Prefix, string Text, ApiKeyDocument Document) New(string tenantId, string recordId)
    {
        var (id, secret) = (Secret.NewId(), Secret.NewValue());
        var prefix = $"{Prefix}{options.Value.KeyEnvironment}_{id}";
        return (prefix, $"{prefix}_{secret}", new ApiKeyDocument(tenantId, recordId, Secret.Digest(secret)) { Id = id, TenantId = KeyDocuments.NoTenant });
    }

    /// <summary>Makes it findable. Before the record is written: a document without its record opens nothing.</summary>
    public Task SaveAsync(ApiKeyDocument document, CancellationToken cancellation) => documents.CreateAsync(document, cancellation);

    /// <summary>Null where the text is no key, or its secret is wrong.</summary>
    public async ValueTask<ApiKeyDocument?> FindAsync(string text, CancellationToken cancellation)
    {
        // The secret may have underscores of its own.
        if (text.Length > MaxLength || text.Split('_', 4) is not [_, var environment, var id, var secret] || environment != options.Value.KeyEnvironment || !Secret.IsPlain(id) || id.Length == 0)
            return null;

        if (!cache.TryGetValue($"key:{id}", out ApiKeyDocument? document))
        {
            document = (await documents.FindAsync<ApiKeyDocument>(KeyDocuments.NoTenant, ApiKeyDocument.ScopeName, id, cancellation))?.Document;
            if (document is not null)
                cache.Set($"key:{id}", document, Kept);
        }

        return document is not null && Secret.Matches(secret, document.Hash) ? document : null;
    }

    public bool IsGood(ApiKey key) => key.Status == ApiKeyStatus.Active && key.ExpiresAt > time.GetUtcNow();

    /// <summary>Writes down that a key is in use, at most once an hour. That this fails is no reason to refuse the request.</summary>
    public async ValueTask UsedAsync(string tenantId, ApiKey key, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (now - key.LastUsedAt < Coarse || !cache.IsDue($"used:{key.Id}", Coarse))
            return;

        try
        {
            await using var scope = scopes.CreateScopeFor(Caller.System(tenantId, "sign-in", "Sign-in"));
            await scope.ServiceProvider.GetRequiredService<EntityService>().ActAsync<ApiKey>(key.Id, "use", new WriteOptions(), used => used with { LastUsedAt = now }, cancellation);
        }
        catch (CosmosException)
        {
        }
    }
}
