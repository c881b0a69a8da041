using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Newtonsoft.Json;

namespace Crm.Local.Functions.ChangeFeed;

/// <summary>The documents of one page of a change feed, as the extension hands them to a function.</summary>
/// <param name="Json">An array.</param>
internal sealed record FeedBatch(string Json, int Count)
{
    // In the page's object, in its array of documents.
    private const int DocumentDepth = 2;

    // "2026-01-31T23:59:59", and that with seven decimals and a Z: what Newtonsoft takes for a time, and the most that it keeps of one.
    private const int ShortestTime = 19;
    private const int LongestKept = 28;

    /// <summary>
    /// The extension reads documents with Newtonsoft's defaults and writes them again. So text that looks like a time with more than a date
    /// arrives rewritten (fraction without trailing zeros, another offset as the machine's). Only what could come out of that changed goes
    /// through it here: every feed of a container reads every document.
    /// </summary>
    public static FeedBatch Read(Stream page)
    {
        if (page is MemoryStream memory && memory.TryGetBuffer(out var held)) return Read(held);
        using var buffer = new MemoryStream();
        page.CopyTo(buffer);
        return Read(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    private static FeedBatch Read(ReadOnlySpan<byte> page)
    {
        var reader = new Utf8JsonReader(page);
        reader.Read();
        while (reader.Read() && !(reader.TokenType is JsonTokenType.PropertyName && reader.ValueTextEquals("Documents"u8))) reader.Skip();
        return Documents(page, ref reader);
    }

    private static FeedBatch Documents(ReadOnlySpan<byte> page, ref Utf8JsonReader reader)
    {
        var (rewritten, count) = ((ArrayBufferWriter<byte>?)null, 0);
        reader.Read();
        var copied = (int)reader.TokenStartIndex;
        while (reader.Read() && (reader.TokenType is not JsonTokenType.EndArray || reader.CurrentDepth >= DocumentDepth))
        {
            if (reader.TokenType is JsonTokenType.StartObject && reader.CurrentDepth == DocumentDepth) count++;
            if (!MayBeRewritten(ref reader)) continue;
            var (start, end) = ((int)reader.TokenStartIndex, (int)reader.BytesConsumed);
            rewritten ??= new ArrayBufferWriter<byte>(page.Length);
            rewritten.Write(page[copied..start]);
            Encoding.UTF8.GetBytes(Rewritten(Encoding.UTF8.GetString(page[start..end])), rewritten);
            copied = end;
        }

        var rest = page[copied..(int)reader.BytesConsumed];
        if (rewritten is null) return new FeedBatch(Encoding.UTF8.GetString(rest), count);
        rewritten.Write(rest);
        return new FeedBatch(Encoding.UTF8.GetString(rewritten.WrittenSpan), count);
    }

    /// <summary>Text that begins as times do and is not spelled as Newtonsoft spells them, text with escapes in it, and numbers that have several spellings.</summary>
    private static bool MayBeRewritten(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.ValueIsEscaped || reader.ValueSpan.StartsWith("/Date("u8) || (reader.ValueSpan is { Length: >= ShortestTime } text && text[10] == 'T' && !IsAsWritten(text)),
        JsonTokenType.Number => reader.ValueSpan is [(byte)'-', (byte)'0', ..] || !reader.TryGetInt64(out _),
        _ => false,
    };

    /// <summary>A time in UTC, whose day does not end at 24:00, without zeros at the end of its fraction.</summary>
    private static bool IsAsWritten(ReadOnlySpan<byte> time) =>
        time[^1] == 'Z' && time.Length <= LongestKept && (time.Length == ShortestTime + 1 || time[^2] != '0') && !time[11..].StartsWith("24"u8);

    private static string Rewritten(string token)
    {
        using var reader = new JsonTextReader(new StringReader(token)) { ArrayPool = Buffers.Pooled };
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using var writer = new JsonTextWriter(text) { ArrayPool = Buffers.Pooled };
        reader.Read();
        writer.WriteToken(reader, writeChildren: false);
        return text.ToString();
    }

    /// <summary>Newtonsoft's are larger than what is read with them here.</summary>
    private sealed class Buffers : IArrayPool<char>
    {
        public static readonly Buffers Pooled = new();

        public char[] Rent(int minimumLength) => ArrayPool<char>.Shared.Rent(minimumLength);

        public void Return(char[]? array)
        {
            if (array is not null) ArrayPool<char>.Shared.Return(array);
        }
    }
}
