using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities.Changes;
using Crm.Platform.Json;

namespace Crm.Webhooks;

/// <summary>Events as CloudEvents 1.0: the record as the event left it, which of its fields changed, and what they were before.</summary>
internal static class CloudEvents
{
    /// <summary>A larger event goes without the record and its past: who wants them reads them.</summary>
    private const int MostBytes = 20_000;

    /// <param name="state">The record as the event left it; of a deleted one, as it was before.</param>
    /// <param name="hidden">Fields that the reader may not read.</param>
    public static byte[] Of(RecordEvent told, Change change, JsonObject state, IReadOnlySet<string> hidden)
    {
        var (before, _) = Diff.Sides(change);
        var changed = new JsonArray([.. change.Fields.Where(name => !hidden.Contains(name)).Select(name => (JsonNode)name)]);
        var data = new JsonObject { ["changed"] = changed, ["previous"] = Visible(before, hidden) };
        if (change.Action != Change.Delete)
            data.Insert(0, "record", Visible(state, hidden));

        var body = Bytes(Whole(data));
        return body.Length <= MostBytes ? body : Bytes(Whole(new JsonObject { ["thin"] = true, ["changed"] = changed.DeepClone() }));

        JsonObject Whole(JsonObject data)
        {
            var envelope = Envelope(told.Id, told.TenantId, told.Type, told.OccurredAt);
            envelope["subject"] = told.Key.Path;
            envelope["sequence"] = told.Version.ToString("D8", CultureInfo.InvariantCulture);
            envelope["data"] = data;
            return envelope;
        }
    }

    /// <summary>An event that says nothing of any record.</summary>
    public static byte[] Of(DeliveryMessage ping)
    {
        var envelope = Envelope(ping.EventId, ping.TenantId, ping.Type, ping.OccurredAt);
        envelope["data"] = new JsonObject { ["webhookId"] = ping.WebhookId };
        return Bytes(envelope);
    }

    private static JsonObject Envelope(string id, string tenantId, string type, DateTimeOffset time) => new()
    {
        ["specversion"] = "1.0",
        ["id"] = id,
        ["source"] = $"/tenants/{tenantId}",
        ["type"] = type,
        ["time"] = UtcTimeConverter.Format(time),
        ["datacontenttype"] = "application/json",
    };

    private static JsonObject Visible(JsonObject state, IReadOnlySet<string> hidden) =>
        new(state.Where(field => !hidden.Contains(field.Key)).Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone())));

    private static byte[] Bytes(JsonObject body) => JsonSerializer.SerializeToUtf8Bytes(body, CrmJson.Options);
}
