namespace Crm.Access;

/// <summary>Settings of sign-in, from the section <c>Auth</c>.</summary>
public sealed record AuthOptions
{
    public const string Section = "Auth";

    internal const int MinKeyBytes = 32;

    /// <summary>
    /// Sign access tokens: each at least 32 bytes as base64, separated by commas, the same on every instance. The first signs, all are accepted: to rotate, put
    /// the new one first, and take the old one away once its last token has expired.
    /// </summary>
    public string SigningKeys { get; init; } = "";

    public int AccessTokenMinutes { get; init; } = 15;

    public int RefreshTokenDays { get; init; } = 30;

    /// <summary>How long an invitation or a password reset can be used.</summary>
    public int LinkHours { get; init; } = 72;

    public int MinPasswordLength { get; init; } = 10;

    /// <summary>The middle of API keys (<c>crm_live_…</c>): tells where a key that was found belongs.</summary>
    public string KeyEnvironment { get; init; } = "live";

    internal IReadOnlyList<byte[]> Keys => [.. SigningKeys.Split(',', StringSplitOptions.TrimEntries).Select(Convert.FromBase64String)];

    internal bool HasKeys => SigningKeys.Split(',', StringSplitOptions.TrimEntries)
        .All(key => Convert.TryFromBase64String(key, new byte[key.Length], out var bytes) && bytes >= MinKeyBytes);

    internal bool HasLifetimes => AccessTokenMinutes is >= 1 and <= 1440 && RefreshTokenDays is >= 1 and <= 365 && LinkHours is >= 1 and <= 720;

    internal bool HasEnvironment => KeyEnvironment.Length is >= 1 and <= 20 && KeyEnvironment.All(char.IsAsciiLetterOrDigit);
}
