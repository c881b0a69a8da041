using System.Buffers;
using System.Text;

namespace Crm.Local.Cosmos.Query;

/// <summary>
/// A value as bytes that are equal for equal values, arrays and objects in depth, and ordered by type and value. DISTINCT and GROUP BY
/// tell rows apart by it and page in its order.
/// </summary>
internal static class RowKey
{
    private const byte End = 0x01;
    private const byte UndefinedType = 0x08;

    public static byte[] Of(params ReadOnlySpan<Value> values)
    {
        var buffer = new ArrayBufferWriter<byte>(64);
        foreach (var value in values) Write(value, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(in Value value, ArrayBufferWriter<byte> buffer)
    {
        switch (value.Kind)
        {
            case ValueKind.Undefined:
                Put(buffer, UndefinedType);
                break;
            case ValueKind.Null:
                Put(buffer, IndexKey.NullType);
                break;
            case ValueKind.Boolean:
                Put(buffer, value.IsTrue ? IndexKey.TrueType : IndexKey.FalseType);
                break;
            case ValueKind.Number:
                buffer.Write(IndexKey.Of(value.Number));
                break;
            case ValueKind.String:
                Put(buffer, IndexKey.StringType);
                WriteText(value.Text, buffer);
                break;
            case ValueKind.Array:
                Put(buffer, IndexKey.ArrayType);
                foreach (var element in value.Elements()) Write(element, buffer);
                Put(buffer, End);
                break;
            default:
                Put(buffer, IndexKey.ObjectType);
                foreach (var (name, member) in value.Members().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    // Not the byte that ends the object, whatever the name begins with.
                    Put(buffer, IndexKey.StringType);
                    WriteText(name, buffer);
                    Write(member, buffer);
                }

                Put(buffer, End);
                break;
        }
    }

    /// <summary>Ended by two zeros; a zero inside is followed by FF, which keeps the order.</summary>
    private static void WriteText(string text, ArrayBufferWriter<byte> buffer)
    {
        foreach (var unit in Encoding.UTF8.GetBytes(text))
        {
            Put(buffer, unit);
            if (unit == 0) Put(buffer, 0xFF);
        }

        Put(buffer, 0);
        Put(buffer, 0);
    }

    private static void Put(ArrayBufferWriter<byte> buffer, byte value)
    {
        buffer.GetSpan(1)[0] = value;
        buffer.Advance(1);
    }
}
