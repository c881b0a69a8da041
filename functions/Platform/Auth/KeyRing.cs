namespace Crm.Platform.Auth;

/// <summary>
/// Keys as a setting gives them: each at least 32 bytes as base64, separated by commas, the same on every instance. The first signs, all are accepted: to
/// rotate, put the new one first, and take the old one away once nothing that it signed is of use any more.
/// </summary>
internal static class KeyRing
{
    /// <summary>What to say of a setting that holds none.</summary>
    public const string Requirement = "must be at least 32 random bytes in base64, such as `openssl rand -base64 32` prints, or several of these with commas between them.";

    private const int MinBytes = 32;

    public static bool IsIn(string setting) => Split(setting).All(key => Convert.TryFromBase64String(key, new byte[key.Length], out var bytes) && bytes >= MinBytes);

    /// <exception cref="FormatException">The setting holds none.</exception>
    public static IReadOnlyList<byte[]> Of(string setting) => [.. Split(setting).Select(Convert.FromBase64String)];

    private static string[] Split(string setting) => setting.Split(',', StringSplitOptions.TrimEntries);
}
