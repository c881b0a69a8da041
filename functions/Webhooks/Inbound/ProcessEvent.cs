using System.Diagnostics.Metrics;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Crm.Access;
using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Crm.Platform.Json;
using Crm.Platform.Messaging;
using Crm.Platform.Telemetry;
using Crm.Tenants;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Crm.Webhooks.Inbound;

/// <summary>
/// Brings an event to its end: written, ignored, or failed with the reason. The record is written before the event is marked, so what is cut short is done again
/// and finds what it did.
/// </summary>
public sealed class ProcessEvent(
    InboundEvents events, EntityCatalog catalog, RecordStore records, AccessReader access, IServiceScopeFactory scopes,
    [FromKeyedServices(Queues.InboundWebhooks)] ServiceBusSender queue, IOptions<RequestLimits> limits, TimeProvider time)
{
    /// <summary>What passes is waited for this often, longer each time: two minutes in all.</summary>
    private const int MostAttempts = 8;

    private static readonly Counter<long> Processed = CrmTelemetry.Meter.CreateCounter<long>("crm.webhooks.inbound", description: "Events that others have sent, by how they ended.");

    private static readonly WrongState Gone = new("The webhook has been deleted.");
    private static readonly WrongState Paused = new("The webhook is paused. Replay the event once it is active.");
    private static readonly Forbidden NoOwner = new("The owner of the webhook is no active user of an active tenant. Somebody else can take it over.");

    /// <exception cref="Microsoft.Azure.Cosmos.CosmosException">The database failed: the message has to come again.</exception>
    public async Task RunAsync(InboundMessage message, CancellationToken cancellation)
    {
        if (await events.FindAsync(message.TenantId, message.WebhookId, message.EventId, cancellation) is not ({ State: InboundState.Received } received, var tag))
            return;

        received = received with { Tries = received.Tries + 1 };
        var outcome = await WriteAsync(received, message.TraceParent, cancellation);
        if (outcome.Error is Conflict or Busy or Stale or Duplicate { Matches.Count: 0 } && message.Attempt < MostAttempts)
        {
            await queue.ScheduleMessageAsync((message with { Attempt = message.Attempt + 1 }).ToMessage(), time.GetUtcNow() + TimeSpan.FromSeconds(1 << (message.Attempt - 1)), cancellation);
            return;
        }

        var now = time.GetUtcNow();
        var settled = outcome.Failed ? received.Failed(outcome.Error, now)
            : outcome.Value.Record is { } record ? received with { State = InboundState.Processed, SettledAt = now, Record = record }
            : received with { State = InboundState.Ignored, SettledAt = now };

        // Where it is no longer as it was read, another delivery has settled it, or a replay is under way.
        if (await events.ReplaceAsync(settled, tag, cancellation))
            Processed.Add(1, new KeyValuePair<string, object?>("outcome", JsonNamingPolicy.CamelCase.ConvertName(settled.State.ToString())));
    }

    /// <summary>Ends what could not be ended: so that it is listed, and can be replayed.</summary>
    public async Task GiveUpAsync(InboundMessage message, string reason, CancellationToken cancellation)
    {
        if (await events.FindAsync(message.TenantId, message.WebhookId, message.EventId, cancellation) is ({ State: InboundState.Received } received, var tag))
            await events.ReplaceAsync(received.Failed(new Conflict($"It could not be processed: {reason}"), time.GetUtcNow()), tag, cancellation);
    }

    /// <param name="Record">Null where the event is of no interest.</param>
    private sealed record Written(RecordLink? Record);

    private async Task<Result<Written>> WriteAsync(InboundEvent received, string? traceParent, CancellationToken cancellation)
    {
        var type = catalog.Of<InboundWebhook>();
        if (await records.ReadLatestAsync(new RecordKey(received.TenantId, type.Collection, received.WebhookId), cancellation) is not { IsTombstone: false } stored)
            return Gone;

        var webhook = (InboundWebhook)type.Deserialize(stored.Data);
        if (webhook.Status == InboundWebhookStatus.Paused)
            return Paused;

        var body = EventBody.Read(received.Body, received.IsForm, limits.Value);
        if (body.Failed)
            return body.Error;
        if (webhook.When is { } when && !when.In.Contains(Texts.Of(JsonPointer.Parse(when.From).Find(body.Value))))
            return new Written(null);
        if (await PermissionsAsync(webhook, received.TenantId, cancellation) is not { } permissions)
            return NoOwner;

        var actor = new Actor { Kind = ActorKind.Webhook, Id = webhook.Id, Name = webhook.Name ?? webhook.Path };
        await using var scope = scopes.CreateScopeFor(new Caller(received.TenantId, actor, permissions));
        var call = scope.ServiceProvider.GetRequiredService<CallContext>();
        (call.Source, call.RequestId, call.TraceParent) = ("webhook", received.Id, traceParent);
        var written = await scope.ServiceProvider.GetRequiredService<EventWriter>().WriteAsync(webhook, received, body.Value, cancellation);
        return written.Failed ? written.Error : new Written(written.Value);
    }

    private async Task<Permissions?> PermissionsAsync(InboundWebhook webhook, string tenantId, CancellationToken cancellation) =>
        webhook.OwnerId is { } owner
        && await access.TenantAsync(tenantId) is { Status: not TenantStatus.Suspended } tenant
        && await access.UserAsync(tenant, tenantId, owner, cancellation) is { User.Status: UserStatus.Active } user
            ? user.Permissions
            : null;
}
