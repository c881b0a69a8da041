using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Crm.Access;

/// <summary>What an access token says.</summary>
/// <param name="Stamp">Of the user's credential when it was issued: a new password ends all tokens.</param>
public sealed record TokenClaims(string TenantId, string UserId, string Stamp);

/// <summary>
/// Issues and verifies access tokens: JSON Web Tokens (RFC 9068), HMAC-SHA256, since the app alone reads them. A key's id is a digest of it, so there is
/// none to choose or to get wrong.
/// </summary>
public sealed class AccessTokens
{
    public const string Issuer = "crm";

    private const string Type = "at+jwt";
    private const string Tenant = "tid";
    private const string StampClaim = "sst";

    /// <summary>So many verified tokens are remembered: a client sends the same one for minutes.</summary>
    private const int MostRemembered = 10_000;

    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false, SetDefaultTimesOnTokenCreation = false };

    private readonly ConcurrentDictionary<string, (TokenClaims Claims, DateTime Expires)> _verified = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly SigningCredentials _signing;
    private readonly TokenValidationParameters _valid;

    public AccessTokens(IOptions<AuthOptions> options, TimeProvider time)
    {
        _time = time;
        Lifetime = TimeSpan.FromMinutes(options.Value.AccessTokenMinutes);
        var keys = options.Value.Keys.Select(key => new SymmetricSecurityKey(key) { KeyId = Convert.ToHexStringLower(SHA256.HashData(key))[..12] }).ToList();
        _signing = new SigningCredentials(keys[0], SecurityAlgorithms.HmacSha256);
        _valid = new TokenValidationParameters
        {
            ValidTypes = [Type],
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            ValidIssuer = Issuer,
            ValidAudience = Issuer,
            IssuerSigningKeys = keys,
            TryAllIssuerSigningKeys = false,
            RequireExpirationTime = true,
            LifetimeValidator = (_, expires, _, _) => expires > _time.GetUtcNow().UtcDateTime,
        };
    }

    public TimeSpan Lifetime { get; }

    public string Issue(TokenClaims claims)
    {
        var now = _time.GetUtcNow();
        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = Type,
            Issuer = Issuer,
            Audience = Issuer,
            IssuedAt = now.UtcDateTime,
            Expires = (now + Lifetime).UtcDateTime,
            SigningCredentials = _signing,
            Claims = new Dictionary<string, object>
            {
                [JwtRegisteredClaimNames.Sub] = claims.UserId,
                [Tenant] = claims.TenantId,
                [StampClaim] = claims.Stamp,
            },
        });
    }

    /// <summary>Null for whatever is not a token of ours that is still good.</summary>
    public ValueTask<TokenClaims?> VerifyAsync(string token) => _verified.TryGetValue(token, out var known)
        ? new(known.Expires > _time.GetUtcNow().UtcDateTime ? known.Claims : null)
        : new(ReadAsync(token));

    private async Task<TokenClaims?> ReadAsync(string token)
    {
        if (await Handler.ValidateTokenAsync(token, _valid) is not { IsValid: true, SecurityToken: JsonWebToken jwt }
            || !jwt.TryGetValue<string>(JwtRegisteredClaimNames.Sub, out var user) || !jwt.TryGetValue<string>(Tenant, out var tenant) || !jwt.TryGetValue<string>(StampClaim, out var stamp))
            return null;

        if (_verified.Count >= MostRemembered)
            _verified.Clear();

        var claims = new TokenClaims(tenant, user, stamp);
        _verified[token] = (claims, jwt.ValidTo);
        return claims;
    }
}
