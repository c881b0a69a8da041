using System.Security.Cryptography;
using Crm.Access;
using Crm.Tests.Query;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Crm.Tests.Access;

/// <summary>Which tokens are ours and still good.</summary>
public sealed class AccessTokenTests
{
    private static readonly TokenClaims Claims = new("acme", "anna", "stamp");
    private readonly CursorTests.Clock _clock = new();

    [Fact]
    public async Task Token_IsWhatItWasIssuedFor_UntilItExpires()
    {
        var tokens = New(1);
        var token = tokens.Issue(Claims);

        Assert.Equal(Claims, await tokens.VerifyAsync(token));
        _clock.Now += tokens.Lifetime - TimeSpan.FromSeconds(1);
        Assert.Equal(Claims, await tokens.VerifyAsync(token));
        _clock.Now += TimeSpan.FromSeconds(2);
        Assert.Null(await tokens.VerifyAsync(token));
    }

    [Fact]
    public async Task Token_OfAKeyBeforeTheLatest_IsGoodUntilThatKeyIsTakenAway()
    {
        var token = New(1).Issue(Claims);

        Assert.Equal(Claims, await New(2, 1).VerifyAsync(token));
        Assert.Null(await New(2).VerifyAsync(token));
        Assert.Null(await New(1).VerifyAsync(New(2, 1).Issue(Claims)));
    }

    [Theory]
    [InlineData("at+jwt", "crm", "crm", true)]
    [InlineData("JWT", "crm", "crm", false)]
    [InlineData("at+jwt", "else", "crm", false)]
    [InlineData("at+jwt", "crm", "else", false)]
    public async Task Token_OfAnotherKindIssuerOrAudience_IsRefused(string type, string issuer, string audience, bool good) =>
        Assert.Equal(good, await New(1).VerifyAsync(Forge(SecurityAlgorithms.HmacSha256, type, issuer, audience)) is not null);

    [Fact]
    public async Task Token_ChangedOrSignedOtherwise_IsRefused()
    {
        var tokens = New(1);
        var parts = tokens.Issue(Claims).Split('.');
        var unsigned = Base64UrlEncoder.Encode("""{"alg":"none","typ":"at+jwt"}""");
        var payload = Base64UrlEncoder.Encode(Base64UrlEncoder.Decode(parts[1]).Replace("anna", "adam", StringComparison.Ordinal));
        string[] forged =
        [
            $"{parts[0]}.{payload}.{parts[2]}", $"{unsigned}.{parts[1]}.", $"{unsigned}.{parts[1]}.{parts[2]}", $"{parts[0]}.{parts[1]}.", $"{parts[0]}.{parts[1]}",
            Forge(SecurityAlgorithms.HmacSha512, "at+jwt", "crm", "crm"), "", "..", "a.b.c", new string('a', 100_000), $"{parts[0]}.{parts[1]}.{parts[2]}.x.y",
        ];

        foreach (var token in forged)
            Assert.Null(await tokens.VerifyAsync(token));
    }

    private AccessTokens New(params byte[] keys) =>
        new(Options.Create(new AuthOptions { SigningKeys = string.Join(", ", keys.Select(key => Convert.ToBase64String(Key(key)))) }), _clock);

    private static byte[] Key(byte seed) => SHA512.HashData([seed]);

    private string Forge(string algorithm, string type, string issuer, string audience)
    {
        var key = new SymmetricSecurityKey(Key(1)) { KeyId = Convert.ToHexStringLower(SHA256.HashData(Key(1)))[..12] };
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = type,
            Issuer = issuer,
            Audience = audience,
            Expires = _clock.Now.UtcDateTime.AddMinutes(5),
            SigningCredentials = new SigningCredentials(key, algorithm),
            Claims = new Dictionary<string, object> { ["sub"] = "anna", ["tid"] = "acme", ["sst"] = "stamp" },
        });
    }
}
