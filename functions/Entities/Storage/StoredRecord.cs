using System.Text.Json;

namespace Crm.Entities.Storage;

/// <summary>A record's document as it was read.</summary>
/// <param name="Tag">The document's <c>_etag</c>: what a replace is conditional on.</param>
/// <param name="Hash">Of the record's latest change: the head of its chain.</param>
/// <param name="Data">The record as the API shows it; undefined in a tombstone.</param>
/// <param name="Session">The session token that sees this state.</param>
public sealed record StoredRecord(string Tag, int Version, string Hash, JsonElement Data, string? Session)
{
    /// <summary>The record was deleted: the document keeps its version and the head of its chain.</summary>
    public bool IsTombstone => Data.ValueKind == JsonValueKind.Undefined;
}
