using System.Text.Json.Serialization;
using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Cosmos;
using Crm.Tenants;
using Microsoft.Extensions.DependencyInjection;
using CosmosException = Microsoft.Azure.Cosmos.CosmosException;

namespace Crm.Access;

/// <summary>What a sign-in gives (RFC 6749, section 5.1).</summary>
/// <param name="ExpiresIn">Seconds that the access token is good for.</param>
public sealed record Tokens(
    [property: JsonPropertyName("access_token")] string AccessToken, [property: JsonPropertyName("refresh_token")] string RefreshToken, [property: JsonPropertyName("expires_in")] int ExpiresIn)
{
    [JsonPropertyName("token_type")] public string TokenType { get; } = "Bearer";
}

/// <summary>Signs users in, and on again.</summary>
public sealed class SignIn(
    Logins logins, SignInAttempts attempts, Credentials credentials, AccessReader access, AccessTokens tokens, RefreshTokens refreshTokens, IServiceScopeFactory scopes, TimeProvider time)
{
    /// <summary>How coarse <c>lastLoginAt</c> is: more would make a version of the user each time.</summary>
    private static readonly TimeSpan Coarse = TimeSpan.FromHours(1);

    private static readonly Forbidden Suspended = new("This tenant is suspended.");

    /// <summary>With e-mail or user name, and password.</summary>
    public async Task<Result<Tokens>> PasswordAsync(string username, string password, string? tenantId, CancellationToken cancellation)
    {
        if (await attempts.BeginAsync(tenantId, username, cancellation) is { } wait)
            return wait;

        // The same steps whether there is such a user or not: neither the answer nor its time tells.
        var account = await logins.FindAsync(username, tenantId, cancellation);
        var credential = await credentials.FindAsync(account?.TenantId ?? KeyDocuments.NoTenant, account?.User.Id ?? "nobody", cancellation);
        if (!Credentials.Verify(credential?.Document, password) || account!.User.Status != UserStatus.Active)
            return new InvalidGrant("There is no such user, or not with this password. Where several tenants have users of this name, the tenant has to be named.");

        await attempts.SucceededAsync(tenantId, username, cancellation);
        return await BeginAsync(account.TenantId, account.User, credential!.Value.Document.Stamp, cancellation);
    }

    /// <summary>With a refresh token.</summary>
    public async Task<Result<Tokens>> RefreshAsync(string refreshToken, CancellationToken cancellation)
    {
        if (await refreshTokens.RotateAsync(refreshToken, cancellation) is not var (session, next))
            return new InvalidGrant("The refresh token is not valid, has expired, was used before or was revoked. Sign in again.");

        if (await access.TenantAsync(session.TenantId) is not { } tenant
            || await access.UserAsync(tenant, session.TenantId, session.UserId, cancellation) is not { User.Status: UserStatus.Active } user
            || user.Stamp != session.Stamp)
        {
            await refreshTokens.RevokeAsync(next, cancellation);
            return new InvalidGrant("The user may no longer sign in this way. Sign in again.");
        }

        return tenant.Status == TenantStatus.Suspended ? Suspended : Answer(new TokenClaims(session.TenantId, session.UserId, session.Stamp), next);
    }

    /// <summary>Begins a session of a user who has proved to be who they are.</summary>
    public async Task<Result<Tokens>> BeginAsync(string tenantId, User user, string stamp, CancellationToken cancellation)
    {
        if (await access.TenantAsync(tenantId) is not { Status: not TenantStatus.Suspended })
            return Suspended;

        await NoteAsync(tenantId, user, cancellation);
        return Answer(new TokenClaims(tenantId, user.Id, stamp), await refreshTokens.BeginAsync(tenantId, user.Id, stamp, cancellation));
    }

    private Tokens Answer(TokenClaims claims, string refreshToken) => new(tokens.Issue(claims), refreshToken, (int)tokens.Lifetime.TotalSeconds);

    /// <summary>Writes down that the user signed in. That this fails is no reason to refuse them.</summary>
    private async Task NoteAsync(string tenantId, User user, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (now - user.LastLoginAt < Coarse)
            return;

        try
        {
            await using var scope = scopes.CreateScopeFor(Caller.System(tenantId, "sign-in", "Sign-in"));
            await scope.ServiceProvider.GetRequiredService<EntityService>().ActAsync<User>(user.Id, "login", new WriteOptions(), present => present with { LastLoginAt = now }, cancellation);
        }
        catch (CosmosException)
        {
        }
    }
}
