using Crm.Platform.Cosmos;
using Microsoft.Extensions.Options;

namespace Crm.Access;

/// <summary>An invitation or a password reset that is under way.</summary>
/// <param name="Stamp">Of the credential it replaces: once there is another, the link is worth nothing.</param>
public sealed record LinkDocument(string UserId, string Stamp, string Hash, DateTimeOffset ExpiresAt) : KeyDocument
{
    public const string ScopeName = "link";

    public override string Scope => ScopeName;
}

/// <summary>Secrets that let somebody set a password, once.</summary>
public sealed class OneTimeLinks(KeyDocuments documents, IOptions<AuthOptions> options, TimeProvider time)
{
    public async Task<(string Token, DateTimeOffset ExpiresAt)> NewAsync(string tenantId, string userId, string stamp, CancellationToken cancellation)
    {
        var (secret, lifetime) = (Secret.New(tenantId, Secret.NewId()), TimeSpan.FromHours(options.Value.LinkHours));
        var link = new LinkDocument(userId, stamp, secret.Hash, time.GetUtcNow() + lifetime) { Id = secret.Id, TenantId = tenantId, Ttl = (int)lifetime.TotalSeconds };
        await documents.CreateAsync(link, cancellation);
        return (secret.ToString(), link.ExpiresAt);
    }

    /// <summary>Whose link it is, without using it up; null where it is not good.</summary>
    public async Task<(LinkDocument Link, string Tag)?> FindAsync(string token, CancellationToken cancellation) =>
        Secret.TryParse(token, out var secret)
        && await documents.FindAsync<LinkDocument>(secret.TenantId, LinkDocument.ScopeName, secret.Id, cancellation) is var (link, tag)
        && secret.Matches(link.Hash) && link.ExpiresAt > time.GetUtcNow()
            ? (link, tag)
            : null;

    /// <summary>Uses it up; false where somebody else was first.</summary>
    public Task<bool> UseAsync(LinkDocument link, string tag, CancellationToken cancellation) => documents.DeleteAsync(link, tag, cancellation);
}
