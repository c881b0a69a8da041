using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Crm.Entities;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Json;
using Microsoft.Extensions.Options;

namespace Crm.Query;

/// <summary>Where a list goes on, and what was counted at its start.</summary>
/// <param name="Continuation">The database's own token.</param>
internal sealed record Cursor(string Continuation, ListCount? Count);

/// <summary>How many records a list has.</summary>
internal sealed record ListCount(int Value, bool IsExact);

/// <summary>
/// Writes and reads cursors: signed, so that only tokens of our own reach the database, and bound to caller and query, so that one is worth nothing
/// to anybody else. They are not encrypted: what they hold comes from the row the caller read last.
/// </summary>
internal sealed class Cursors(IOptions<ListOptions> options, TimeProvider time)
{
    private const int MacLength = HMACSHA256.HashSizeInBytes;
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private readonly byte[] _key = Convert.FromBase64String(options.Value.CursorKey);

    private sealed record Payload(string Token, long IssuedAt, ListCount? Count);

    public string Write(Cursor cursor, EntityType type, Caller caller, ListShape shape)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(new Payload(cursor.Continuation, time.GetUtcNow().ToUnixTimeSeconds(), cursor.Count), CrmJson.Options);
        return Base64Url.EncodeToString([.. Mac(payload, type, caller, shape), .. payload]);
    }

    public Result<Cursor> Read(string text, EntityType type, Caller caller, ListShape shape)
    {
        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (Base64Url.DecodeFromChars(text, bytes, out _, out var length) != OperationStatus.Done || length <= MacLength)
            return Refused();

        var payload = bytes.AsSpan(MacLength..length);
        if (!CryptographicOperations.FixedTimeEquals(Mac(payload, type, caller, shape), bytes.AsSpan(0, MacLength)))
            return Refused();

        var read = JsonSerializer.Deserialize<Payload>(payload, CrmJson.Options)!;
        return time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(read.IssuedAt) < Lifetime
            ? new Cursor(read.Token, read.Count)
            : TooOld();
    }

    /// <summary>410: start again.</summary>
    public static Expired TooOld() => new("cursor-expired", "This cursor is too old to go on from. Read the list again from its start.");

    private static BadRequest Refused() => BadRequest.Of(new ParameterError(
        "cursor", "invalid-cursor", "is not a cursor of this list; send it unchanged, with the same filter, orderby and select, as nextLink does"));

    private byte[] Mac(ReadOnlySpan<byte> payload, EntityType type, Caller caller, ListShape shape)
    {
        // A leading mark tells a parameter that is absent from one that is empty; the zero bytes of the digest tell parts from each other.
        var bound = Ids.Digest(
            caller.TenantId, caller.Actor.Kind.ToString(), caller.Actor.Id, type.Collection,
            Marked(shape.Filter), Marked(shape.OrderBy), Marked(shape.Select));
        byte[] signed = [.. Encoding.ASCII.GetBytes(bound), .. payload];
        return HMACSHA256.HashData(_key, signed);

        static string Marked(string? part) => part is null ? "-" : "+" + part;
    }
}
