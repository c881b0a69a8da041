using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Crm.Local.Cosmos.Storage;

/// <summary>An index entry of an item, before its path has a number.</summary>
internal readonly record struct IndexEntry(string Path, byte[] Key);

/// <summary>An item a client wants stored: checked, without system properties, with everything the writer needs read from it.</summary>
internal sealed class ItemBody
{
    /// <summary>The service's limit for one item.</summary>
    public const int LargestItem = 2 * 1024 * 1024;

    /// <summary>The service's limit for the values of a partition key.</summary>
    private const int LongestKey = 2048;

    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = 128 };
    private static readonly JsonDocumentOptions DocumentOptions = new() { MaxDepth = 128 };
    private static readonly SearchValues<char> ForbiddenInId = SearchValues.Create("/\\?#");

    private ItemBody()
    {
    }

    public required byte[] Json { get; init; }

    public required string Id { get; init; }

    public required PartitionKey Key { get; init; }

    public required long? Ttl { get; init; }

    public required List<IndexEntry> Entries { get; init; }

    /// <summary>One value per unique key of the container; its number is part of it.</summary>
    public required byte[][] UniqueValues { get; init; }

    /// <exception cref="RequestException">The item is refused.</exception>
    public static ItemBody Parse(ReadOnlyMemory<byte> json, Container container)
    {
        if (json.Length > LargestItem)
            throw new RequestException(413, 0, "Request size is too large: an item is at most 2 MB.");
        try
        {
            CheckUtf8(json.Span);
            var stored = WithoutSystemProperties(json.Span);
            using var document = JsonDocument.Parse(stored, DocumentOptions);
            var root = document.RootElement;
            var entries = ReadEntries(container, root);
            var key = PartitionKey.Of(root, container.KeyPaths, container.Hierarchical);
            if (key.Encoded.Length > LongestKey)
                throw new RequestException(400, 0, $"The partition key is longer than {LongestKey} bytes.");
            return new ItemBody
            {
                Json = stored,
                Id = ReadId(root),
                Key = key,
                Ttl = ReadTtl(root, enabled: container.DefaultTtl is not null),
                Entries = entries,
                UniqueValues = [.. container.UniqueKeys.Select((paths, number) => UniqueValue(root, paths, number))],
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string with half of a surrogate pair.
            throw new RequestException(400, 0, $"The body is not a valid item: {exception.Message}");
        }
    }

    public static List<IndexEntry> ReadEntries(Container container, ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, DocumentOptions);
        return ReadEntries(container, document.RootElement);
    }

    private static List<IndexEntry> ReadEntries(Container container, JsonElement root)
    {
        var entries = new List<IndexEntry>();
        container.Index.Extract(root, (path, key) => entries.Add(new IndexEntry(path, key)));
        return entries;
    }

    /// <summary>Refuses text that could not be read as strings: bytes that are no UTF-8, escapes that are half a surrogate pair.</summary>
    /// <exception cref="JsonException">It is no JSON, or not UTF-8.</exception>
    /// <exception cref="InvalidOperationException">It has half a surrogate pair.</exception>
    public static void CheckText(ReadOnlySpan<byte> json)
    {
        CheckUtf8(json);
        var reader = new Utf8JsonReader(json, ReaderOptions);
        while (reader.Read())
            CheckEscapes(ref reader);
    }

    private static void CheckUtf8(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
            throw new JsonException("not UTF-8");
    }

    public static void CheckId(string id)
    {
        if (id.Length == 0 || id.AsSpan().ContainsAny(ForbiddenInId) || Encoding.UTF8.GetByteCount(id) > 1023)
        {
            throw new RequestException(
                400, 0, "The input content is invalid because the property 'id' must be 1 to 1023 bytes without '/', '\\', '?' and '#'.");
        }
    }

    private static string ReadId(JsonElement root)
    {
        if (!root.TryGetProperty("id", out var id) || id.ValueKind != JsonValueKind.String)
        {
            throw new RequestException(
                400, 0, "The input content is invalid because the required properties - 'id; ' - are missing or not strings.");
        }

        var value = id.GetString()!;
        CheckId(value);
        return value;
    }

    // Without TTL on the container "ttl" is a property like any other; it is kept for the day the container gets one.
    private static long? ReadTtl(JsonElement root, bool enabled)
    {
        if (!root.TryGetProperty("ttl", out var ttl) || ttl.ValueKind == JsonValueKind.Null)
            return null;
        if (ttl.ValueKind == JsonValueKind.Number && ttl.TryGetInt32(out var seconds) && seconds is -1 or > 0)
            return seconds;
        if (!enabled)
            return null;
        throw new RequestException(400, 0, "The input ttl is invalid. The ttl must be a positive integer, or -1.");
    }

    // A missing path counts as null, as the service has it.
    private static byte[] UniqueValue(JsonElement root, string[][] paths, int number)
    {
        var value = new ArrayBufferWriter<byte>();
        value.Write([(byte)number]);
        foreach (var path in paths)
        {
            var found = JsonPath.Find(root, path);
            switch (found?.ValueKind)
            {
                case null or JsonValueKind.Null: value.Write("n,"u8); break;
                case JsonValueKind.Number:
                    value.Write("d"u8);
                    value.Write(BitConverter.GetBytes(found.Value.GetDouble() is var real && real == 0 ? 0 : real));
                    break;
                case JsonValueKind.String: value.Write(JsonSerializer.SerializeToUtf8Bytes(found.Value.GetString())); break;
                default: value.Write(Encoding.UTF8.GetBytes(found.Value.GetRawText())); break;
            }

            value.Write(","u8);
        }

        return value.WrittenSpan.ToArray();
    }

    /// <summary>The body without the properties the store adds itself, which clients send back. Everything else keeps its bytes.</summary>
    private static byte[] WithoutSystemProperties(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, ReaderOptions);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("an object is expected");
        var start = (int)reader.TokenStartIndex;
        var kept = new ArrayBufferWriter<byte>(json.Length);
        kept.Write("{"u8);
        var dropped = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var propertyStart = (int)reader.TokenStartIndex;
            var system = IsSystemProperty(ref reader);
            CheckEscapes(ref reader);
            reader.Read();
            SkipChecked(ref reader);
            dropped |= system;
            if (system)
                continue;
            if (kept.WrittenCount > 1)
                kept.Write(","u8);
            kept.Write(json[propertyStart..(int)reader.BytesConsumed]);
        }

        var end = (int)reader.BytesConsumed;
        if (reader.Read())
            throw new JsonException("one object is expected");
        if (!dropped)
            return json[start..end].ToArray();
        kept.Write("}"u8);
        return kept.WrittenSpan.ToArray();
    }

    private static bool IsSystemProperty(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("_rid"u8) || reader.ValueTextEquals("_self"u8) || reader.ValueTextEquals("_etag"u8)
        || reader.ValueTextEquals("_attachments"u8) || reader.ValueTextEquals("_ts"u8) || reader.ValueTextEquals("_lsn"u8);

    private static void SkipChecked(ref Utf8JsonReader reader)
    {
        var depth = reader.CurrentDepth;
        CheckEscapes(ref reader);
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            return;
        while (reader.Read() && reader.CurrentDepth > depth)
            CheckEscapes(ref reader);
    }

    // Half a surrogate pair can be written as an escape; no reader could ever turn the stored text into a string again.
    private static void CheckEscapes(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
            _ = reader.GetString();
    }
}
