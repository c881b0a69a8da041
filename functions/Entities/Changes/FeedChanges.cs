using System.Text.Json;
using Crm.Entities.Storage;
using Crm.Platform.Json;

namespace Crm.Entities.Changes;

/// <summary>A change as the feed brings it. Every function on the feed gets every change and most care for few, so the whole of it is read when it is asked for.</summary>
/// <param name="document">The whole stored document.</param>
public sealed class FeedChange(JsonElement document)
{
    private Change? _change;

    public JsonElement Document => document;

    /// <summary>The record that changed.</summary>
    public RecordKey Key { get; } = new(Text(document, "tenantId"), Text(document, "entity"), Text(document, "recordId"));

    public DateTimeOffset OccurredAt => document.GetProperty("occurredAt").GetDateTimeOffset();

    /// <summary>Event types that the change announces.</summary>
    public IEnumerable<string> Events => document.GetProperty("events").EnumerateArray().Select(type => type.GetString()!);

    public Change Change => _change ??= document.Deserialize<Change>(CrmJson.Options)!;

    private static string Text(JsonElement document, string name) => document.GetProperty(name).GetString()!;
}

/// <summary>What the change feed of <c>records</c> brings: of all its documents, the changes.</summary>
public static class FeedChanges
{
    /// <summary>The changes of a batch, in its order: those of one record in the order of their versions.</summary>
    public static IReadOnlyList<FeedChange> In(IEnumerable<JsonElement> documents) =>
        [.. documents.Where(IsChange).Select(document => new FeedChange(document))];

    private static bool IsChange(JsonElement document) => document.TryGetProperty("kind", out var kind) && kind.ValueEquals("change");
}
