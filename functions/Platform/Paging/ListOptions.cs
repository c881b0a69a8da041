namespace Crm.Platform.Paging;

/// <summary>Settings of lists, from the section <c>Lists</c>.</summary>
public sealed record ListOptions
{
    public const string Section = "Lists";

    internal const int MinKeyBytes = 32;

    /// <summary>Signs cursors: at least 32 bytes as base64, the same on every instance. A new key ends every walk that is under way.</summary>
    public string CursorKey { get; init; } = "";

    public int DefaultPageSize { get; init; } = 50;

    public int MaxPageSize { get; init; } = 200;

    /// <summary>Comparisons and functions in one filter.</summary>
    public int MaxPredicates { get; init; } = 25;

    /// <summary>Characters of one filter.</summary>
    public int MaxFilterLength { get; init; } = 8_000;

    internal bool HasLimits => MaxPageSize is >= 1 and <= 1000 && DefaultPageSize >= 1 && DefaultPageSize <= MaxPageSize && MaxPredicates is >= 1 and <= 100 && MaxFilterLength is >= 100 and <= 16_000;

    internal bool HasKey =>
        !string.IsNullOrEmpty(CursorKey) && Convert.TryFromBase64String(CursorKey, new byte[CursorKey.Length], out var bytes) && bytes >= MinKeyBytes;
}
