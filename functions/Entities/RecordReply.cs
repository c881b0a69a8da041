using System.Text.Json;

namespace Crm.Entities;

/// <summary>A record as it is answered.</summary>
/// <param name="Data">The whole record.</param>
/// <param name="Hidden">Fields of it that the caller may not read.</param>
/// <param name="Status">201 where the request made it, 202 where it began what goes on, else 200.</param>
/// <param name="Replayed">The request was done before; this is its first answer.</param>
/// <param name="Session">What a later read sends back to see this state.</param>
public sealed record RecordReply(EntityType Type, JsonElement Data, IReadOnlySet<string> Hidden, int Status = 200, bool Replayed = false, string? Session = null)
{
    /// <summary>A secret that this answer alone holds, by the name of its member.</summary>
    public (string Name, string Value)? ShownOnce { get; init; }

    /// <summary>It shows records beside its own: its ETag does not say whether they are still the same.</summary>
    public bool IsExpanded { get; init; }

    public string Id => Data.GetProperty("id").GetString()!;

    public string ETag => Data.GetProperty("etag").GetString()!;
}
