using System.Security.Cryptography;
using System.Text;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Tenants;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Crm.Access;

/// <summary>
/// Who sends a request, from its bearer token (RFC 6750): an access token of ours or an API key. Tokens of identity providers will enter here, as a third
/// kind that ends in the same <see cref="Caller"/>.
/// </summary>
public sealed class Authentication(AccessTokens tokens, ApiKeys keys, AccessReader access, IOptions<PlatformOptions> platform) : IAuthentication
{
    private const string Scheme = "Bearer ";

    private static readonly Unauthorized Missing = new("This takes a bearer token: POST /auth/token gives one.", Presented: false);

    private static readonly Unauthorized Refused = new("The token is not valid, has expired or was revoked.", Presented: true);

    public async ValueTask<Result<Caller>> CallerAsync(HttpRequest request, CancellationToken cancellation) => Token(request) switch
    {
        null when request.Headers.Authorization.Count == 0 => Missing,
        null => Refused,
        { } key when key.StartsWith(ApiKeys.Prefix, StringComparison.Ordinal) => await KeyAsync(key, cancellation),
        { } token => await UserAsync(token, cancellation),
    };

    public bool IsPlatform(HttpRequest request) =>
        platform.Value.AdminKey is { } key && Token(request) is { } sent
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(sent)), SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private async Task<Result<Caller>> UserAsync(string token, CancellationToken cancellation)
    {
        if (await tokens.VerifyAsync(token) is not { } claims || await access.TenantAsync(claims.TenantId) is not { } tenant)
            return Refused;
        if (await access.UserAsync(tenant, claims.TenantId, claims.UserId, cancellation) is not { User.Status: Entities.Types.UserStatus.Active } user || user.Stamp != claims.Stamp)
            return Refused;

        return Open(tenant) ?? (Result<Caller>)new Caller(claims.TenantId, new Actor { Kind = ActorKind.User, Id = user.User.Id, Name = user.User.Name }, user.Permissions);
    }

    private async Task<Result<Caller>> KeyAsync(string text, CancellationToken cancellation)
    {
        if (await keys.FindAsync(text, cancellation) is not { } known || await access.TenantAsync(known.Owner) is not { } tenant)
            return Refused;
        if (await access.KeyAsync(tenant, known.Owner, known.RecordId, cancellation) is not { } key || !keys.IsGood(key.Key))
            return Refused;
        if (Open(tenant) is { } closed)
            return closed;

        await keys.UsedAsync(known.Owner, key.Key, cancellation);
        return new Caller(known.Owner, new Actor { Kind = ActorKind.ApiKey, Id = key.Key.Id, Name = key.Key.Name }, key.Permissions);
    }

    private static Forbidden? Open(TenantAccess tenant) => tenant.Status == TenantStatus.Suspended ? new Forbidden("This tenant is suspended.") : null;

    private static string? Token(HttpRequest request) =>
        request.Headers.Authorization is [{ } sent] && sent.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? sent[Scheme.Length..].Trim() : null;
}
