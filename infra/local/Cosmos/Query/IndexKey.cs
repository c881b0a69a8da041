using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Crm.Local.Cosmos.Query;

/// <summary>
/// The order of Cosmos values as bytes: <c>null &lt; false &lt; true &lt; numbers &lt; strings &lt; arrays &lt; objects</c>, equal values equal,
/// compared as unsigned bytes. A first byte for the type, then the value. All arrays have one key, and so have all objects: the order
/// among them means nothing, but ORDER BY must meet them.
/// </summary>
internal static class IndexKey
{
    public const byte NullType = 0x10;
    public const byte FalseType = 0x20;
    public const byte TrueType = 0x21;
    public const byte NumberType = 0x30;
    public const byte StringType = 0x40;
    public const byte ArrayType = 0x50;
    public const byte ObjectType = 0x60;

    /// <summary>The key of one value.</summary>
    public static byte[] Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => [NullType],
        JsonValueKind.False => [FalseType],
        JsonValueKind.True => [TrueType],
        JsonValueKind.Number => Of(value.GetDouble()),
        JsonValueKind.String => Of(JsonText.Of(value)),
        JsonValueKind.Array => [ArrayType],
        JsonValueKind.Object => [ObjectType],
        _ => throw new ArgumentException("Undefined has no key.", nameof(value)),
    };

    /// <summary>The key of one value; empty, and so before all others, when it is undefined.</summary>
    public static byte[] Of(in Value value) => value.Kind switch
    {
        ValueKind.Undefined => [],
        ValueKind.Null => [NullType],
        ValueKind.Boolean => [value.IsTrue ? TrueType : FalseType],
        ValueKind.Number => Of(value.Number),
        ValueKind.String => Of(value.Text),
        ValueKind.Array => [ArrayType],
        _ => [ObjectType],
    };

    public static byte[] Of(double number)
    {
        var key = new byte[9];
        key[0] = NumberType;
        // Adding zero turns -0 into 0: they are one value.
        var bits = BitConverter.DoubleToInt64Bits(number + 0.0);
        // A negative number has its bits inverted, a positive one its sign set: then the order of the bytes is that of the numbers.
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(1), bits < 0 ? ~bits : bits ^ long.MinValue);
        return key;
    }

    /// <summary>UTF-8 needs no terminator here: a prefix sorts first, as it should, and its bytes are in the order of code points.</summary>
    public static byte[] Of(string text)
    {
        var key = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        key[0] = StringType;
        Encoding.UTF8.GetBytes(text, key.AsSpan(1));
        return key;
    }
}
