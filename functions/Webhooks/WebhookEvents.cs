using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Access;
using Crm.Entities;
using Crm.Entities.Changes;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform.Auth;
using Crm.Platform.Json;
using Crm.Tenants;

namespace Crm.Webhooks;

/// <summary>
/// Events as CloudEvents 1.0, cut to what the owner of a webhook may read: the record as the event left it, which of its fields changed, and what
/// they were before.
/// </summary>
public sealed class WebhookEvents(EntityCatalog catalog, RecordStore records, PastStates past, ChangeLog log, AccessReader access)
{
    /// <summary>A larger event goes without the record and its past: who wants them reads them.</summary>
    private const int MostBytes = 20_000;

    /// <summary>The body; null where the owner may not read the record, then or now, or is no active user any more.</summary>
    /// <exception cref="InvalidOperationException">The change cannot be seen yet: the message has to come again.</exception>
    public async Task<byte[]?> BodyAsync(Webhook webhook, DeliveryMessage message, CancellationToken cancellation)
    {
        if (await PermissionsAsync(webhook, message.TenantId, cancellation) is not { } permissions)
            return null;
        if (message is not { Entity: { } collection, RecordId: { } id, Version: { } version })
            return Bytes(Envelope(message, new JsonObject { ["webhookId"] = webhook.Id }));
        if (catalog.Exposed(collection) is not { } type || permissions.Scope(Right.Read, collection) == GrantScope.None)
            return null;

        var key = new RecordKey(message.TenantId, collection, id);
        if (await records.ReadLatestAsync(key, cancellation) is not { } stored || await log.FindAsync(key, version, cancellation) is not { } document)
            throw new InvalidOperationException($"Version {version} of {key.Path} cannot be read yet.");

        var change = document.Deserialize<Change>(CrmJson.Options)!;
        var deleted = change.Action == Change.Delete;
        var state = await past.AtVersionAsync(type, key, stored, deleted ? version - 1 : version, cancellation);
        if (state is null || !permissions.Allows(Right.Read, collection, Element(state)) || (!stored.IsTombstone && !permissions.Allows(Right.Read, collection, stored.Data)))
            return null;

        var hidden = permissions.Hidden(collection);
        var (before, after) = Diff.Sides(change);
        var changed = new JsonArray([.. before.Concat(after).Select(field => field.Key).Distinct().Where(name => !hidden.Contains(name)).Select(name => (JsonNode)name)]);
        var data = new JsonObject { ["changed"] = changed, ["previous"] = Visible(before, hidden) };
        if (!deleted)
            data.Insert(0, "record", Visible(state, hidden));

        var body = Bytes(Envelope(message, data));
        return body.Length <= MostBytes ? body : Bytes(Envelope(message, new JsonObject { ["thin"] = true, ["changed"] = changed.DeepClone() }));
    }

    private async Task<Permissions?> PermissionsAsync(Webhook webhook, string tenantId, CancellationToken cancellation) =>
        webhook.OwnerId is { } owner
        && await access.TenantAsync(tenantId) is { Status: not TenantStatus.Suspended } tenant
        && await access.UserAsync(tenant, tenantId, owner, cancellation) is { User.Status: UserStatus.Active } user
            ? user.Permissions
            : null;

    private static JsonObject Envelope(DeliveryMessage message, JsonObject data)
    {
        var envelope = new JsonObject
        {
            ["specversion"] = "1.0",
            ["id"] = message.EventId,
            ["source"] = $"/tenants/{message.TenantId}",
            ["type"] = message.Type,
            ["time"] = UtcTimeConverter.Format(message.OccurredAt),
            ["datacontenttype"] = "application/json",
        };
        if (message.Version is { } version)
        {
            envelope["subject"] = $"{message.Entity}/{message.RecordId}";
            envelope["sequence"] = version.ToString("D8", CultureInfo.InvariantCulture);
        }

        envelope["data"] = data;
        return envelope;
    }

    private static JsonObject Visible(JsonObject state, IReadOnlySet<string> hidden) =>
        new(state.Where(field => !hidden.Contains(field.Key)).Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone())));

    private static JsonElement Element(JsonObject state) => JsonSerializer.SerializeToElement(state, CrmJson.Options);

    private static byte[] Bytes(JsonObject body) => JsonSerializer.SerializeToUtf8Bytes(body, CrmJson.Options);
}
