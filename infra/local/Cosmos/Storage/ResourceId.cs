using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;

namespace Crm.Local.Cosmos.Storage;

/// <summary>
/// Resource ids in the layout the SDK parses: base64 of 4 bytes of database, 4 of container (top bit set) and 8 of item, with <c>/</c>
/// written as <c>-</c>. They are made of numbers the file never reuses, so they are stable and a re-created container has a new one.
/// </summary>
internal static class ResourceId
{
    public static string OfDatabase(long database)
    {
        Span<byte> bytes = stackalloc byte[4];
        WriteDatabase(bytes, database);
        return Encode(bytes);
    }

    public static byte[] OfContainer(long database, long container)
    {
        var bytes = new byte[8];
        WriteDatabase(bytes, database);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), 0x8000_0000 | checked((uint)container));
        return bytes;
    }

    /// <summary>Items end in their number, little-endian as the SDK compares it; its high byte stays zero, the tag of documents.</summary>
    public static void WriteItem(ReadOnlySpan<byte> container, long item, Span<byte> utf8)
    {
        Span<byte> bytes = stackalloc byte[16];
        container.CopyTo(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], item);
        Base64.EncodeToUtf8(bytes, utf8, out _, out var written);
        utf8[..written].Replace((byte)'/', (byte)'-');
    }

    /// <summary>The length of an item's resource id.</summary>
    public const int ItemLength = 24;

    public static string OfPartitionRange(ReadOnlySpan<byte> container)
    {
        Span<byte> bytes = stackalloc byte[16];
        container.CopyTo(bytes);
        bytes[8] = 1;
        bytes[15] = 0x50;
        return Encode(bytes);
    }

    public static string OfItem(ReadOnlySpan<byte> container, long item)
    {
        Span<byte> utf8 = stackalloc byte[ItemLength];
        WriteItem(container, item, utf8);
        return Encoding.ASCII.GetString(utf8);
    }

    public static string Encode(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).Replace('/', '-');

    private static void WriteDatabase(Span<byte> bytes, long database) =>
        BinaryPrimitives.WriteUInt32BigEndian(bytes, checked((uint)database));
}
