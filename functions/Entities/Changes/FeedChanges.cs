using System.Text.Json;
using Crm.Entities.Storage;
using Crm.Platform.Json;

namespace Crm.Entities.Changes;

/// <summary>A change as the feed brings it.</summary>
/// <param name="Document">The whole stored document.</param>
public sealed record FeedChange(Change Change, JsonElement Document)
{
    /// <summary>The record that changed.</summary>
    public RecordKey Key { get; } = new(Change.TenantId, Change.Entity, Change.RecordId);
}

/// <summary>What the change feed of <c>records</c> brings: of all its documents, the changes.</summary>
public static class FeedChanges
{
    /// <summary>The changes of a batch, in its order: those of one record in the order of their versions.</summary>
    public static IReadOnlyList<FeedChange> In(IEnumerable<JsonElement> documents) =>
        [.. documents.Where(IsChange).Select(document => new FeedChange(document.Deserialize<Change>(CrmJson.Options)!, document))];

    private static bool IsChange(JsonElement document) => document.TryGetProperty("kind", out var kind) && kind.ValueEquals("change");
}
