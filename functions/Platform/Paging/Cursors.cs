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
/// to anybody else. What they hold comes from the row the caller read last.
/// </summary>
public sealed class Cursors(IOptions<ListOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private readonly SignedTexts _texts = new(options);

    private sealed record Payload(string Token, long IssuedAt, ListCount? Count, DateTimeOffset? Began);

    /// <param name="list">What tells this list from every other: its name, and the parameters that decide which rows come in which order.</param>
    public string Write(Cursor cursor, Caller caller, params IReadOnlyList<string?> list) =>
        _texts.Write(JsonSerializer.SerializeToUtf8Bytes(new Payload(cursor.Continuation, time.GetUtcNow().ToUnixTimeSeconds(), cursor.Count, cursor.Began), CrmJson.Options), Bound(caller, list));

    public Result<Cursor> Read(string text, Caller caller, params IReadOnlyList<string?> list)
    {
        if (_texts.Read(text, Bound(caller, list)) is not { } payload)
        {
            return BadRequest.Of(new ParameterError(
                "cursor", "invalid-cursor", "is not a cursor of this list; send it unchanged, with the same other parameters, as nextLink does"));
        }

        var read = JsonSerializer.Deserialize<Payload>(payload, CrmJson.Options)!;
        return time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(read.IssuedAt) < Lifetime
            ? new Cursor(read.Token, read.Count, read.Began)
            : TooOld();
    }

    /// <summary>410: start again.</summary>
    public static Expired TooOld() => new("cursor-expired", "This cursor is too old to go on from. Read the list again from its start.");

    /// <summary>A leading mark tells a parameter that is absent from one that is empty.</summary>
    private static string[] Bound(Caller caller, IReadOnlyList<string?> list) =>
        [caller.TenantId, caller.Actor.Kind.ToString(), caller.Actor.Id, .. list.Select(part => part is null ? "-" : "+" + part)];
}
