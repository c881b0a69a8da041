namespace Crm.Platform.Paging;

/// <summary>Settings of lists, from the section <c>Lists</c>.</summary>
public sealed record ListOptions
{
    public const string Section = "Lists";

    internal const int MinKeyBytes = 32;

    /// <summary>Signs cursors: at least 32 bytes as base64, the same on every instance. A new key ends every walk that is under way.</summary>
    public string CursorKey { get; init; } = "";

    internal bool IsValid =>
        !string.IsNullOrEmpty(CursorKey) && Convert.TryFromBase64String(CursorKey, new byte[CursorKey.Length], out var bytes) && bytes >= MinKeyBytes;
}
