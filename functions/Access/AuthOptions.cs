using Crm.Platform.Auth;

namespace Crm.Access;

/// <summary>Settings of sign-in, from the section <c>Auth</c>.</summary>
public sealed record AuthOptions
{
    public const string Section = "Auth";

    /// <summary>Sign access tokens (<see cref="KeyRing"/>). A key that no longer signs can go once its last token has expired.</summary>
    public string SigningKeys { get; init; } = "";

    public int AccessTokenMinutes { get; init; } = 15;

    public int RefreshTokenDays { get; init; } = 30;

    /// <summary>How long an invitation or a password reset can be used.</summary>
    public int LinkHours { get; init; } = 72;

    public int MinPasswordLength { get; init; } = 10;

    /// <summary>The middle of API keys (<c>crm_live_…</c>): tells where a key that was found belongs.</summary>
    public string KeyEnvironment { get; init; } = "live";

    internal IReadOnlyList<byte[]> Keys => KeyRing.Of(SigningKeys);

    internal bool HasKeys => KeyRing.IsIn(SigningKeys);

    internal bool HasLifetimes => AccessTokenMinutes is >= 1 and <= 1440 && RefreshTokenDays is >= 1 and <= 365 && LinkHours is >= 1 and <= 720;

    internal bool HasEnvironment => KeyEnvironment.Length is >= 1 and <= 20 && KeyEnvironment.All(char.IsAsciiLetterOrDigit);
}
