using System.Buffers.Binary;
using System.Text.Json;

namespace Crm.Local.Cosmos.Query;

/// <summary>
/// Where a client that plans for itself lets an ordered query go on: <c>{"value": […], "rid": "…", "exclude": false}</c>. It may come with
/// the continuation of the same query, and rows have to be past both.
/// </summary>
/// <param name="Keys">The values of ORDER BY.</param>
/// <param name="Rid">Rows of these values begin with this item; with all that have them, or none when <paramref name="Excludes"/>, when null.</param>
internal sealed record ResumeFilter(byte[][] Keys, long? Rid, bool Excludes)
{
    private const int RidLength = 16;

    /// <exception cref="QueryException">It is none.</exception>
    public static ResumeFilter Read(JsonElement filter)
    {
        try
        {
            return new ResumeFilter(
                [.. filter.GetProperty("value").EnumerateArray().Select(KeyOf)],
                filter.TryGetProperty("rid", out var rid) && rid.ValueKind != JsonValueKind.Null ? ItemOf(rid.GetString()!) : null,
                filter.TryGetProperty("exclude", out var exclude) && exclude.GetBoolean());
        }
        catch (Exception exception) when (exception is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw Errors.Continuation();
        }
    }

    /// <summary>Undefined is written as an empty array, and what has no order of its own as its type and a hash.</summary>
    private static byte[] KeyOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => [],
        JsonValueKind.Object => [value.GetProperty("type").GetString() == "array" ? IndexKey.ArrayType : IndexKey.ObjectType],
        _ => IndexKey.Of(value),
    };

    private static long ItemOf(string rid)
    {
        var bytes = Convert.FromBase64String(rid.Replace('-', '/'));
        return bytes.Length == RidLength ? BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(RidLength - sizeof(long))) : throw Errors.Continuation();
    }
}
