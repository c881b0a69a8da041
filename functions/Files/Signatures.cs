namespace Crm.Files;

/// <summary>
/// The first bytes by which well-known formats tell themselves. Not a scanner: it catches the wrong file, and the program that calls itself a picture.
/// </summary>
internal static class Signatures
{
    /// <summary>How many bytes have to be at hand.</summary>
    public const int Length = 16;

    private static readonly byte[] Zip = [0x50, 0x4B, 0x03, 0x04];
    private static readonly byte[] EmptyZip = [0x50, 0x4B, 0x05, 0x06];
    private static readonly byte[] Compound = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

    /// <summary>Each with the types that may begin so; a type that is in no line may begin with anything but what is in one.</summary>
    private static readonly (byte[] Start, string[] Types)[] Known =
    [
        ([0x25, 0x50, 0x44, 0x46, 0x2D], ["application/pdf"]),
        ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], ["image/png"]),
        ([0xFF, 0xD8, 0xFF], ["image/jpeg"]),
        ("GIF87a"u8.ToArray(), ["image/gif"]),
        ("GIF89a"u8.ToArray(), ["image/gif"]),
        (Zip, ["application/zip", "application/epub+zip", "application/java-archive", "application/vnd.openxmlformats-officedocument.*", "application/vnd.oasis.opendocument.*", "application/vnd.ms-*"]),
        (EmptyZip, ["application/zip"]),
        (Compound, ["application/msword", "application/vnd.ms-*"]),
        ([0x1F, 0x8B], ["application/gzip"]),
        ("7z\xBC\xAF\x27\x1C"u8.ToArray(), ["application/x-7z-compressed"]),
        ("MZ"u8.ToArray(), ["application/vnd.microsoft.portable-executable", "application/x-msdownload"]),
        ([0x7F, 0x45, 0x4C, 0x46], ["application/x-executable", "application/x-elf"]),
    ];

    /// <summary>What a content that begins so is, where that is not the type it is declared as; else null.</summary>
    public static string? Contradicts(string declared, ReadOnlySpan<byte> start)
    {
        if (start.IsEmpty || declared == "application/octet-stream")
            return null;

        var found = Find(start);
        if (found is not null)
            return found.Any(type => Is(declared, type)) ? null : found[0];

        return Known.Any(known => known.Types.Any(type => Is(declared, type))) ? "something else" : null;
    }

    private static string[]? Find(ReadOnlySpan<byte> start)
    {
        foreach (var (bytes, types) in Known)
        {
            if (start.StartsWith(bytes))
                return types;
        }

        return null;
    }

    private static bool Is(string declared, string type) =>
        type.EndsWith('*') ? declared.StartsWith(type[..^1], StringComparison.Ordinal) : declared == type;
}
