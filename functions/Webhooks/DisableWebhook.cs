using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;

namespace Crm.Webhooks;

/// <summary>Stops sending to a receiver, and gives the webhook's owner a task that says so. Done again, it does nothing more.</summary>
public sealed class DisableWebhook(EntityCatalog catalog, SystemCalls system)
{
    private const string Worker = "webhooks";

    /// <exception cref="InvalidOperationException">It could not be written: the message has to come again.</exception>
    public async Task RunAsync(string tenantId, Webhook webhook, WebhookDisabledReason reason, string? traceParent, CancellationToken cancellation)
    {
        // The task first: cut short in between, the next failure finds the task there and goes on.
        if (webhook.OwnerId is { } owner)
            await TellAsync(tenantId, webhook, owner, reason, traceParent, cancellation);

        var disabled = await system.RunAsync<EntityService, Result<RecordReply>>(tenantId, Worker, webhook.Id, traceParent, entities => entities.ActAsync<Webhook>(
            webhook.Id, Webhook.Disable, new WriteOptions(), present => present with { Status = WebhookStatus.Disabled, DisabledReason = reason }, cancellation));
        if (disabled.Failed && disabled.Error is not NotFound)
            throw new InvalidOperationException($"The webhook {webhook.Id} could not be disabled: {disabled.Error.Detail}");
    }

    private async Task TellAsync(string tenantId, Webhook webhook, string owner, WebhookDisabledReason reason, string? traceParent, CancellationToken cancellation)
    {
        var name = webhook.Name ?? new Uri(webhook.Url).Host;
        var fields = new JsonObject
        {
            ["activityType"] = "task",
            ["subject"] = Cut($"The webhook {name} is disabled"),
            ["ownerId"] = owner,
            ["priority"] = "high",
            ["description"] = reason == WebhookDisabledReason.Gone
                ? "Its receiver answered 410 (Gone). Nothing is sent to it any more. Set its status to active once the receiver is there again."
                : "Its receiver has failed for five days. Nothing is sent to it any more. Set its status to active once the receiver is mended.",
        };

        // One task for each time it is disabled, however often this runs.
        var id = Ids.From(tenantId, Webhook.Disable, webhook.Id, webhook.UpdatedAt.ToString("O", System.Globalization.CultureInfo.InvariantCulture));
        var told = await system.RunAsync<EntityService, Result<RecordReply>>(
            tenantId, Worker, webhook.Id, traceParent, entities => entities.CreateAsync(catalog.Of<Entities.Types.Activity>(), id, fields, new WriteOptions(), cancellation));
        if (told.Error is not (null or Conflict or Invalid))
            throw new InvalidOperationException($"The owner of the webhook {webhook.Id} could not be told: {told.Error.Detail}");

        static string Cut(string text) => text.Length <= 255 ? text : text[..255];
    }
}
