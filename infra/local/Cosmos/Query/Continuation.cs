using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Crm.Local.Cosmos.Query;

/// <summary>
/// Where a page ended: the last row's place in the order of the rows, never a row number, so that concurrent writes neither skip nor
/// repeat a row that stays where it is.
/// </summary>
/// <param name="Order">Which order: <see cref="PartitionOrder"/>, <see cref="RidOrder"/>, <see cref="SortOrder"/>, <see cref="ValueOrder"/> or an index path.</param>
/// <param name="Keys">The place in that order.</param>
/// <param name="Rid">Breaks ties.</param>
/// <param name="Ordinal">The number of the row among those of its item; negative when the item can have no more.</param>
/// <param name="Taken">Rows answered so far, for TOP and LIMIT.</param>
internal sealed record Continuation(string Order, byte[][] Keys, long Rid, int Ordinal, long Taken)
{
    /// <summary>By effective partition key, then rid: the order of a scan without ORDER BY.</summary>
    public const string PartitionOrder = "p";

    /// <summary>By rid alone: what several index keys have in common.</summary>
    public const string RidOrder = "r";

    /// <summary>By the values of ORDER BY, then rid.</summary>
    public const string SortOrder = "s";

    /// <summary>By the row itself: complete results (DISTINCT, GROUP BY).</summary>
    public const string ValueOrder = "v";

    /// <summary>After which rid a scan goes on: an item that may have more rows is met again.</summary>
    public long RidBefore(bool descending) => Ordinal < 0 ? Rid : descending ? Rid + 1 : Rid - 1;

    /// <param name="query">The mark of <see cref="MarkOf"/>, so that the token of one query does not resume another.</param>
    public string Write(string query) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(new object[] { query, Order, Keys, Rid, Ordinal, Taken }));

    /// <exception cref="QueryException">It is no token of this query.</exception>
    public static Continuation Read(string token, string query)
    {
        try
        {
            using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(token));
            var parts = document.RootElement;
            if (parts.GetArrayLength() != 6 || parts[0].GetString() != query) throw Errors.Continuation();
            return new Continuation(
                parts[1].GetString()!,
                [.. parts[2].EnumerateArray().Select(key => key.GetBytesFromBase64())],
                parts[3].GetInt64(),
                parts[4].GetInt32(),
                parts[5].GetInt64());
        }
        catch (Exception exception) when (exception is FormatException or JsonException or InvalidOperationException)
        {
            throw Errors.Continuation();
        }
    }

    public static string MarkOf(string text, IReadOnlyDictionary<string, JsonElement> parameters)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(text));
        foreach (var (name, value) in parameters.OrderBy(parameter => parameter.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"\0{name}\0"));
            hash.AppendData(Encoding.UTF8.GetBytes(value.GetRawText()));
        }

        return Base64Url.EncodeToString(hash.GetHashAndReset().AsSpan(0, 9));
    }
}
