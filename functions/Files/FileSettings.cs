namespace Crm.Files;

/// <summary>Settings of files, from the section <c>Files</c>.</summary>
public sealed record FileSettings
{
    public const string Section = "Files";

    internal const int MinKeyBytes = 32;

    /// <summary>What the platform takes in one request, in megabytes.</summary>
    internal const int MostMegabytes = 200;

    /// <summary>Signs links: at least 32 bytes as base64, the same on every instance. A new key ends every link.</summary>
    public string LinkKey { get; init; } = "";

    /// <summary>How long a link is good for.</summary>
    public int LinkMinutes { get; init; } = 10;

    /// <summary>How large a content may be, in megabytes of 1,048,576 bytes.</summary>
    public int MaxMegabytes { get; init; } = 25;

    internal TimeSpan LinkLifetime => TimeSpan.FromMinutes(LinkMinutes);

    internal long MaxBytes => (long)MaxMegabytes << 20;

    internal bool HasLinkKey => !string.IsNullOrEmpty(LinkKey) && Convert.TryFromBase64String(LinkKey, new byte[LinkKey.Length], out var bytes) && bytes >= MinKeyBytes;
}
