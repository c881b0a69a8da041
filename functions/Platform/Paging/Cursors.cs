using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Crm.Platform.Auth;
using Crm.Platform.Json;
using Microsoft.Extensions.Options;

namespace Crm.Platform.Paging;

/// <summary>Where a list goes on, and what was counted at its start.</summary>
/// <param name="Continuation">The database's own token, or whatever says where the list goes on.</param>
/// <param name="Began">When the list did; null where nothing in it depends on the time.</param>
public sealed record Cursor(string Continuation, ListCount? Count, DateTimeOffset? Began = null);

/// <summary>How many records a list has.</summary>
public sealed record ListCount(int Value, bool IsExact);

/// <summary>
/// Writes and reads cursors: signed, so that only tokens of our own reach the database, and bound to caller and list, so that one is worth nothing
/// to anybody else. They are not encrypted: what they hold comes from the row the caller read last.
/// </summary>
public sealed class Cursors(IOptions<ListOptions> options, TimeProvider time)
{
    private const int MacLength = HMACSHA256.HashSizeInBytes;
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private readonly byte[] _key = Convert.FromBase64String(options.Value.CursorKey);

    private sealed record Payload(string Token, long IssuedAt, ListCount? Count, DateTimeOffset? Began);

    /// <param name="list">What tells this list from every other: its name, and the parameters that decide which rows come in which order.</param>
    public string Write(Cursor cursor, Caller caller, params IReadOnlyList<string?> list)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(new Payload(cursor.Continuation, time.GetUtcNow().ToUnixTimeSeconds(), cursor.Count, cursor.Began), CrmJson.Options);
        return Base64Url.EncodeToString([.. Mac(payload, caller, list), .. payload]);
    }

    public Result<Cursor> Read(string text, Caller caller, params IReadOnlyList<string?> list)
    {
        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (Base64Url.DecodeFromChars(text, bytes, out _, out var length) != OperationStatus.Done || length <= MacLength)
            return Refused();

        var payload = bytes.AsSpan(MacLength..length);
        if (!CryptographicOperations.FixedTimeEquals(Mac(payload, caller, list), bytes.AsSpan(0, MacLength)))
            return Refused();

        var read = JsonSerializer.Deserialize<Payload>(payload, CrmJson.Options)!;
        return time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(read.IssuedAt) < Lifetime
            ? new Cursor(read.Token, read.Count, read.Began)
            : TooOld();
    }

    /// <summary>410: start again.</summary>
    public static Expired TooOld() => new("cursor-expired", "This cursor is too old to go on from. Read the list again from its start.");

    private static BadRequest Refused() => BadRequest.Of(new ParameterError(
        "cursor", "invalid-cursor", "is not a cursor of this list; send it unchanged, with the same other parameters, as nextLink does"));

    private byte[] Mac(ReadOnlySpan<byte> payload, Caller caller, IReadOnlyList<string?> list)
    {
        // A leading mark tells a parameter that is absent from one that is empty; the zero bytes of the digest tell parts from each other.
        var bound = Ids.Digest([caller.TenantId, caller.Actor.Kind.ToString(), caller.Actor.Id, .. list.Select(part => part is null ? "-" : "+" + part)]);
        byte[] signed = [.. Encoding.ASCII.GetBytes(bound), .. payload];
        return HMACSHA256.HashData(_key, signed);
    }
}
