using System.Text.Json.Nodes;
using Crm.Entities.Changes;
using Crm.Platform.Auth;

namespace Crm.History;

/// <summary>One change, as the API shows it.</summary>
/// <param name="TraceParent">The W3C trace of the call that made it, where it is known.</param>
/// <param name="RecordedAt">When history wrote it; absent from one that history has yet to write.</param>
/// <param name="Changes">Field by field; what did not change is not there.</param>
/// <param name="Events">What the change announced.</param>
/// <param name="PrevHash">The hash of the record's change before; empty for its first.</param>
public sealed record HistoryEntry(
    string Id, string Entity, string RecordId, int Version, string Action, Actor Actor, string Source, string RequestId, string? TraceParent, DateTimeOffset OccurredAt,
    DateTimeOffset? RecordedAt, IReadOnlyList<HistoryField> Changes, IReadOnlyList<string> Events, string PrevHash, string Hash)
{
    /// <param name="hidden">Fields that the caller may not read.</param>
    public static HistoryEntry Of(Change change, IReadOnlySet<string> hidden) => new(
        change.Id, change.Entity, change.RecordId, change.Version, change.Action, change.Actor, change.Source, change.RequestId, change.TraceParent, change.OccurredAt,
        change.RecordedAt, [.. change.Changes.Where(field => !hidden.Contains(field.Path.Split('/', 3)[1])).Select(field => new HistoryField(field.Path, field.Before, field.After, field.Personal))], change.Events, change.PrevHash, change.Hash);
}

/// <summary>One field of a change.</summary>
/// <param name="Path">JSON pointer into the record.</param>
/// <param name="Personal">True where the value says something about a person; it can be erased, and is absent then.</param>
public sealed record HistoryField(string Path, JsonNode? Before, JsonNode? After, bool? Personal);
