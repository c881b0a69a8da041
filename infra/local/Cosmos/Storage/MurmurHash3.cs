using System.Buffers.Binary;
using System.Numerics;

namespace Crm.Local.Cosmos.Storage;

/// <summary>MurmurHash3, 128 bits, the variant for 64-bit machines, seed 0: the hash under effective partition keys.</summary>
internal static class MurmurHash3
{
    private const ulong C1 = 0x87c37b91114253d5;
    private const ulong C2 = 0x4cf5ad432745937f;

    public static (ulong Low, ulong High) Hash(ReadOnlySpan<byte> data)
    {
        ulong low = 0, high = 0;
        var rest = data;
        while (rest.Length >= 16)
        {
            low ^= MixLow(BinaryPrimitives.ReadUInt64LittleEndian(rest));
            low = BitOperations.RotateLeft(low, 27) + high;
            low = (low * 5) + 0x52dce729;
            high ^= MixHigh(BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]));
            high = BitOperations.RotateLeft(high, 31) + low;
            high = (high * 5) + 0x38495ab5;
            rest = rest[16..];
        }

        if (!rest.IsEmpty)
        {
            Span<byte> tail = stackalloc byte[16];
            tail.Clear();
            rest.CopyTo(tail);
            high ^= MixHigh(BinaryPrimitives.ReadUInt64LittleEndian(tail[8..]));
            low ^= MixLow(BinaryPrimitives.ReadUInt64LittleEndian(tail));
        }

        low ^= (ulong)data.Length;
        high ^= (ulong)data.Length;
        low += high;
        high += low;
        low = Finish(low);
        high = Finish(high);
        low += high;
        high += low;
        return (low, high);
    }

    private static ulong MixLow(ulong word) => BitOperations.RotateLeft(word * C1, 31) * C2;

    private static ulong MixHigh(ulong word) => BitOperations.RotateLeft(word * C2, 33) * C1;

    private static ulong Finish(ulong word)
    {
        word ^= word >> 33;
        word *= 0xff51afd7ed558ccd;
        word ^= word >> 33;
        word *= 0xc4ceb9fe1a85ec53;
        word ^= word >> 33;
        return word;
    }
}
