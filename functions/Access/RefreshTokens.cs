using Crm.Platform.Cosmos;
using Microsoft.Extensions.Options;

namespace Crm.Access;

/// <summary>One signed-in session: all refresh tokens that followed from one sign-in. It knows the latest of them.</summary>
public sealed record SessionDocument(string UserId, string Stamp, string Hash, DateTimeOffset ExpiresAt) : KeyDocument
{
    public const string ScopeName = "session";

    public override string Scope => ScopeName;
}

/// <summary>
/// Refresh tokens: each is good once and is followed by another (RFC 9700, section 4.14). One that comes back was stolen, before or after: then the
/// session ends for both.
/// </summary>
public sealed class RefreshTokens(KeyDocuments documents, IOptions<AuthOptions> options, TimeProvider time)
{
    /// <summary>The first token of a new session.</summary>
    public async Task<string> BeginAsync(string tenantId, string userId, string stamp, CancellationToken cancellation)
    {
        var secret = Secret.New(tenantId, Secret.NewId());
        await documents.CreateAsync(Session(secret, userId, stamp), cancellation);
        return secret.ToString();
    }

    /// <summary>The session of a token with the token's successor; null where it is not good any more.</summary>
    public async Task<(SessionDocument Session, string Token)?> RotateAsync(string token, CancellationToken cancellation)
    {
        if (!Secret.TryParse(token, out var secret) || await FindAsync(secret, cancellation) is not var (session, tag))
            return null;

        var next = Secret.New(secret.TenantId, secret.Id);
        if (session.ExpiresAt > time.GetUtcNow() && secret.Matches(session.Hash) && await documents.ReplaceAsync(Session(next, session.UserId, session.Stamp), tag, cancellation))
            return (session, next.ToString());

        await documents.DeleteAsync(session, tag: null, cancellation);
        return null;
    }

    /// <summary>Ends the session of a token, whichever of the session's it is.</summary>
    public async Task RevokeAsync(string token, CancellationToken cancellation)
    {
        if (Secret.TryParse(token, out var secret) && await FindAsync(secret, cancellation) is var (session, _))
            await documents.DeleteAsync(session, tag: null, cancellation);
    }

    private Task<(SessionDocument Document, string Tag)?> FindAsync(Secret secret, CancellationToken cancellation) =>
        documents.FindAsync<SessionDocument>(secret.TenantId, SessionDocument.ScopeName, secret.Id, cancellation);

    private SessionDocument Session(Secret secret, string userId, string stamp)
    {
        var lifetime = TimeSpan.FromDays(options.Value.RefreshTokenDays);
        return new SessionDocument(userId, stamp, secret.Hash, time.GetUtcNow() + lifetime) { Id = secret.Id, TenantId = secret.TenantId, Ttl = (int)lifetime.TotalSeconds };
    }
}
