using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities.Changes;
using Crm.Entities.Storage;
using Crm.History;
using Crm.Platform.Json;
using Crm.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.History;

/// <summary>Brings changes to history by hand, as the feed may: again, late, in another order, through another instance.</summary>
internal static class Feeding
{
    public static async Task DeliverAsync(this CrmApp app, params IEnumerable<JsonObject> documents)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var changes = FeedChanges.In(documents.Select(document => JsonSerializer.SerializeToElement(document)));
        await scope.ServiceProvider.GetRequiredService<WriteHistory>().RunAsync(changes, CancellationToken.None);
    }

    /// <summary>The change documents of a record, oldest first.</summary>
    public static async Task<IReadOnlyList<JsonObject>> ChangesAsync(this CrmApp app, JsonNode record) =>
        [.. (await app.DocumentsAsync(record)).Where(document => (string?)document["kind"] == "change").OrderBy(change => change["version"]!.GetValue<int>())];

    /// <summary>A record created, patched and deleted; what was answered for its first two versions.</summary>
    public static async Task<IReadOnlyList<JsonObject>> LiveAndDieAsync(this CrmApp app)
    {
        var created = await app.CreateAsync("widgets");
        var patched = (await app.PatchAsync(created, new JsonObject { ["colour"] = "red", ["weight"] = null })).Expect(200).Json;
        (await app.DeleteAsync(patched)).Expect(204);
        return [created, patched];
    }

    /// <summary>Has 30 days pass for a record: history has its changes, and what lay beside it has expired.</summary>
    public static async Task ExpireChangesAsync(this CrmApp app, JsonNode record)
    {
        var key = new RecordKey("default", record["type"]!.GetValue<string>(), record.Id());
        var changes = await app.ChangesAsync(record);
        await app.DeliverAsync(changes);
        foreach (var change in changes)
            (await app.Cosmos().Records.DeleteItemStreamAsync(change.Id(), key.Partition)).EnsureSuccessStatusCode();
    }

    /// <summary>A change of another tenant, as it would be stored.</summary>
    public static JsonObject Foreign(JsonObject change)
    {
        var foreign = change.Deserialize<Change>(CrmJson.Options)! with { TenantId = "another" };
        return (JsonObject)JsonSerializer.SerializeToNode(foreign.Sealed(), CrmJson.Options)!;
    }
}
