using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Crm.Local.Cosmos.Storage;

/// <summary>
/// A partition key value: its levels in the encoding the service hashes, and the effective key made of them (version 2 hash).
/// </summary>
internal sealed class PartitionKey
{
    private const int HashLength = 16;

    private PartitionKey(byte[] encoded, int levels, byte[] epk)
    {
        Encoded = encoded;
        Levels = levels;
        Epk = epk;
    }

    /// <summary>The levels, encoded and joined. Each level is self-delimiting, so equal bytes mean equal keys.</summary>
    public byte[] Encoded { get; }

    public int Levels { get; }

    /// <summary>The effective key as bytes: 16, or 16 a level of a hierarchical key.</summary>
    public byte[] Epk { get; }

    /// <summary>Reads the <c>x-ms-documentdb-partitionkey</c> form: <c>["T1",3.0,null,{}]</c>. Null when it is none.</summary>
    public static PartitionKey? Parse(ReadOnlySpan<byte> header, bool hierarchical)
    {
        var builder = new Builder(hierarchical);
        var reader = new Utf8JsonReader(header);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
                return null;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject:
                        if (!reader.Read() || reader.TokenType != JsonTokenType.EndObject)
                            return null;
                        builder.AddUndefined();
                        break;
                    case JsonTokenType.Null: builder.AddNull(); break;
                    case JsonTokenType.True: builder.AddBoolean(true); break;
                    case JsonTokenType.False: builder.AddBoolean(false); break;
                    case JsonTokenType.Number: builder.AddNumber(reader.GetDouble()); break;
                    case JsonTokenType.String: builder.AddString(reader.GetString()!); break;
                    default: return null;
                }
            }

            return reader.Read() ? null : builder.Build();
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The key of an item by the container's paths. A missing or composite value counts as undefined.</summary>
    public static PartitionKey Of(JsonElement item, IReadOnlyList<string[]> paths, bool hierarchical)
    {
        var builder = new Builder(hierarchical);
        foreach (var path in paths)
        {
            var value = JsonPath.Find(item, path);
            switch (value?.ValueKind)
            {
                case JsonValueKind.Null: builder.AddNull(); break;
                case JsonValueKind.True: builder.AddBoolean(true); break;
                case JsonValueKind.False: builder.AddBoolean(false); break;
                case JsonValueKind.Number: builder.AddNumber(value.Value.GetDouble()); break;
                case JsonValueKind.String: builder.AddString(value.Value.GetString()!); break;
                default: builder.AddUndefined(); break;
            }
        }

        return builder.Build();
    }

    private ref struct Builder(bool hierarchical)
    {
        private readonly ArrayBufferWriter<byte> _encoded = new(64);
        private readonly byte[] _epk = new byte[hierarchical ? 3 * HashLength : HashLength];
        private int _levels;
        private int _start;

        public void AddUndefined() => AddTag(0);

        public void AddNull() => AddTag(1);

        public void AddBoolean(bool value) => AddTag(value ? (byte)3 : (byte)2);

        public void AddNumber(double value)
        {
            var bytes = _encoded.GetSpan(9);
            bytes[0] = 5;
            // Minus zero equals zero, so it must hash alike.
            BinaryPrimitives.WriteDoubleLittleEndian(bytes[1..], value == 0 ? 0 : value);
            _encoded.Advance(9);
            EndLevel();
        }

        public void AddString(string value)
        {
            var bytes = _encoded.GetSpan(Encoding.UTF8.GetMaxByteCount(value.Length) + 2);
            bytes[0] = 8;
            var length = Encoding.UTF8.GetBytes(value, bytes[1..]);
            bytes[length + 1] = 0xFF;
            _encoded.Advance(length + 2);
            EndLevel();
        }

        public readonly PartitionKey Build()
        {
            if (!hierarchical)
                Hash(_encoded.WrittenSpan, _epk);
            var length = hierarchical ? Math.Min(_levels, 3) * HashLength : HashLength;
            return new PartitionKey(_encoded.WrittenSpan.ToArray(), _levels, _epk.AsSpan(0, length).ToArray());
        }

        private void AddTag(byte tag)
        {
            _encoded.GetSpan(1)[0] = tag;
            _encoded.Advance(1);
            EndLevel();
        }

        private void EndLevel()
        {
            if (hierarchical && _levels < 3)
                Hash(_encoded.WrittenSpan[_start..], _epk.AsSpan(_levels * HashLength));
            _levels++;
            _start = _encoded.WrittenCount;
        }

        private static void Hash(ReadOnlySpan<byte> encoded, Span<byte> epk)
        {
            // Little-endian low and high word, reversed as a whole: the high word comes first, big-endian.
            var (low, high) = MurmurHash3.Hash(encoded);
            BinaryPrimitives.WriteUInt64BigEndian(epk, high);
            BinaryPrimitives.WriteUInt64BigEndian(epk[8..], low);
            epk[0] &= 0x3F;
        }
    }
}
