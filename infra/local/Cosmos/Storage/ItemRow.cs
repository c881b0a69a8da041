using System.Buffers;
using System.Buffers.Text;
using System.Globalization;

namespace Crm.Local.Cosmos.Storage;

/// <summary>One version of an item: the body as the client sent it, and what the store knows of it.</summary>
internal readonly record struct ItemRow(long Rid, long Lsn, long Timestamp, ReadOnlyMemory<byte> Body)
{
    private const int LongestNumber = 20;
    private const int LongestTail = 320;

    /// <summary>Unique among the versions of all items of a container, because a log sequence number is never used twice.</summary>
    public string ETag => string.Create(
        CultureInfo.InvariantCulture, $"\"{(uint)Lsn:x8}-{(Lsn >> 32) & 0xFFFF:x4}-0000-0000-{Timestamp:x8}0000\"");

    /// <summary>The item as a client sees it: the system properties spliced in before the last brace, without parsing the body.</summary>
    public byte[] ToJson(Container container, bool withLsn = false) => ToJson(container, Body.Span, withLsn);

    /// <summary>As above, for a body still in SQLite's memory.</summary>
    public byte[] ToJson(Container container, ReadOnlySpan<byte> body, bool withLsn = false)
    {
        Span<byte> tail = stackalloc byte[LongestTail];
        tail = tail[..WriteTail(tail, container, body, withLsn)];
        var json = new byte[body.Length - 1 + tail.Length];
        body[..^1].CopyTo(json);
        tail.CopyTo(json.AsSpan(body.Length - 1));
        return json;
    }

    /// <summary>As above, at the end of others.</summary>
    public void WriteJson(IBufferWriter<byte> target, Container container, ReadOnlySpan<byte> body, bool withLsn)
    {
        Span<byte> tail = stackalloc byte[LongestTail];
        target.Write(body[..^1]);
        target.Write(tail[..WriteTail(tail, container, body, withLsn)]);
    }

    private int WriteTail(Span<byte> tail, Container container, ReadOnlySpan<byte> body, bool withLsn)
    {
        var (database, etag) = (container.Database.Rid, ETag);
        var length = 0;
        var comma = HasProperties(body);
        Append(tail, ref length, comma ? ",\"_rid\":\""u8 : "\"_rid\":\""u8);
        var rid = tail.Slice(length, ResourceId.ItemLength);
        ResourceId.WriteItem(container.RidBytes, Rid, rid);
        length += ResourceId.ItemLength;
        Append(tail, ref length, "\",\"_self\":\"dbs/"u8);
        Append(tail, ref length, database);
        Append(tail, ref length, "/colls/"u8);
        Append(tail, ref length, container.Rid);
        Append(tail, ref length, "/docs/"u8);
        Append(tail, ref length, rid);
        Append(tail, ref length, "/\",\"_etag\":\"\\\""u8);
        Append(tail, ref length, etag.AsSpan(1, etag.Length - 2));
        Append(tail, ref length, "\\\"\",\"_attachments\":\"attachments/\",\"_ts\":"u8);
        Append(tail, ref length, Timestamp);
        if (withLsn)
        {
            Append(tail, ref length, ",\"_lsn\":"u8);
            Append(tail, ref length, Lsn);
        }

        tail[length++] = (byte)'}';
        return length;
    }

    // Stored bodies are objects without surrounding white space (ItemBody sees to it).
    private static bool HasProperties(ReadOnlySpan<byte> body) => body[1..^1].IndexOfAnyExcept(" \t\r\n"u8) >= 0;

    private static void Append(Span<byte> target, ref int length, ReadOnlySpan<byte> text)
    {
        text.CopyTo(target[length..]);
        length += text.Length;
    }

    private static void Append(Span<byte> target, ref int length, ReadOnlySpan<char> ascii)
    {
        foreach (var character in ascii)
            target[length++] = (byte)character;
    }

    private static void Append(Span<byte> target, ref int length, long number)
    {
        Utf8Formatter.TryFormat(number, target.Slice(length, LongestNumber), out var written);
        length += written;
    }
}
