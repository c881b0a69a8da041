using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Crm.Local.Cosmos.Storage;

namespace Crm.Local.Cosmos;

/// <summary>
/// The place of a partition key in the key space of a container (hash version 2): 32 upper-case hex digits a level, so that a prefix of a
/// hierarchical key is a prefix of the text. A key of one level is the same under the kinds <c>Hash</c> and <c>MultiHash</c>.
/// </summary>
internal static class EffectivePartitionKey
{
    /// <summary>
    /// The effective key of all levels, or of the first few. <c>default(JsonElement)</c> and the wire's <c>{}</c> stand for undefined.
    /// </summary>
    public static string Of(params ReadOnlySpan<JsonElement> levels)
    {
        if (levels.Length == 1) return OfLevel(levels[0]);
        var text = new StringBuilder(levels.Length * 32);
        foreach (var level in levels) text.Append(OfLevel(level));
        return text.ToString();
    }

    /// <summary>The effective key of a key as the header <c>x-ms-documentdb-partitionkey</c> writes it: a JSON array of levels.</summary>
    public static string OfArray(JsonElement levels)
    {
        var text = new StringBuilder(levels.GetArrayLength() * 32);
        foreach (var level in levels.EnumerateArray()) text.Append(OfLevel(level));
        return text.ToString();
    }

    private static string OfLevel(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                return Hash([1]);
            case JsonValueKind.False:
                return Hash([2]);
            case JsonValueKind.True:
                return Hash([3]);
            case JsonValueKind.Number:
                Span<byte> number = stackalloc byte[9];
                number[0] = 5;
                BinaryPrimitives.WriteDoubleLittleEndian(number[1..], value.GetDouble() + 0.0);
                return Hash(number);
            case JsonValueKind.String:
                return HashText(value.GetString()!);
            case JsonValueKind.Undefined:
            case JsonValueKind.Object when !value.EnumerateObject().Any():
                return Hash([0]);
            default:
                throw new ArgumentException("A partition key level is a scalar.", nameof(value));
        }
    }

    private static string HashText(string text)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length) + 2;
        var rented = ArrayPool<byte>.Shared.Rent(most);
        try
        {
            rented[0] = 8;
            var length = Encoding.UTF8.GetBytes(text, rented.AsSpan(1));
            rented[length + 1] = 0xFF;
            return Hash(rented.AsSpan(0, length + 2));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static string Hash(ReadOnlySpan<byte> encoded)
    {
        var (low, high) = MurmurHash3.Hash(encoded);
        Span<byte> hash = stackalloc byte[16];
        // Low word, then high word, little-endian, all sixteen bytes reversed: the same as both words big-endian, high first.
        BinaryPrimitives.WriteUInt64BigEndian(hash, high);
        BinaryPrimitives.WriteUInt64BigEndian(hash[8..], low);
        // The service keeps the top two bits free, so that "FF" is above every key.
        hash[0] &= 0x3F;
        return Convert.ToHexString(hash);
    }
}
