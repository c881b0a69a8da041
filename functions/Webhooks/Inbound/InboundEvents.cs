using System.Text.Json;
using Crm.Platform.Cosmos;
using Crm.Platform.Json;
using Microsoft.Azure.Cosmos;

namespace Crm.Webhooks.Inbound;

/// <summary>Names the event that a body belongs to, for seven days.</summary>
public sealed record InboundBody(string WebhookId, string EventId) : KeyDocument
{
    public const int Kept = 7 * 24 * 60 * 60;

    public override string Scope => ScopeOf(WebhookId);

    public static string ScopeOf(string webhookId) => $"inbound-bodies.{webhookId}";
}

/// <summary>Keeps the events that others have sent.</summary>
public sealed class InboundEvents(KeyDocuments documents, CrmContainers containers, RequestCharge charge)
{
    /// <summary>All but the body, which may be a thousand times as large.</summary>
    private const string Listed =
        "c.id, c.tenantId, c.webhookId, c.senderId, c.position, c.receivedAt, c.isForm, c.state, c.tries, c.settledAt, c.record, c.code, c.detail, c.errors, c.ttl";

    public Task<(InboundEvent Document, string Tag)?> FindAsync(string tenantId, string webhookId, string id, CancellationToken cancellation) =>
        documents.FindAsync<InboundEvent>(tenantId, InboundEvent.ScopeOf(webhookId), id, cancellation);

    /// <summary>False where it is there already.</summary>
    public Task<bool> CreateAsync(InboundEvent received, CancellationToken cancellation) => documents.CreateAsync(received, cancellation);

    /// <summary>False where it is no longer the one that was read.</summary>
    public Task<bool> ReplaceAsync(InboundEvent changed, string tag, CancellationToken cancellation) => documents.ReplaceAsync(changed, tag, cancellation);

    /// <summary>
    /// The id of the event that a body came as first. An id that is not signed can be changed on the way: it does not make a body another event.
    /// </summary>
    public async Task<string> FirstWithBodyAsync(InboundEvent received, string digest, CancellationToken cancellation)
    {
        var body = new InboundBody(received.WebhookId, received.Id) { Id = digest, TenantId = received.TenantId, Ttl = InboundBody.Kept };
        if (await documents.CreateAsync(body, cancellation))
            return received.Id;

        return await documents.FindAsync<InboundBody>(received.TenantId, body.Scope, digest, cancellation) is var (first, _) ? first.EventId : received.Id;
    }

    /// <summary>The events of a webhook without their bodies, newest first.</summary>
    /// <param name="before">All positions of the answer are lower; null starts with the newest.</param>
    public async Task<IReadOnlyList<InboundEvent>> PageAsync(string tenantId, string webhookId, InboundState? state, string? before, int most, CancellationToken cancellation)
    {
        var scope = InboundEvent.ScopeOf(webhookId);
        var only = state is null ? "" : "AND c.state = @state ";
        var query = new QueryDefinition($"SELECT {Listed} FROM c WHERE c.tenantId = @tenant AND c.scope = @scope AND c.position < @before {only}ORDER BY c.position DESC OFFSET 0 LIMIT @most")
            .WithParameter("@tenant", tenantId).WithParameter("@scope", scope).WithParameter("@before", before ?? "~").WithParameter("@most", most);
        if (state is not null)
            query = query.WithParameter("@state", JsonNamingPolicy.CamelCase.ConvertName(state.Value.ToString()));
        return await containers.Keys.RowsAsync(query, new PartitionKeyBuilder().Add(tenantId).Add(scope).Build(), charge, latest: true, cancellation)
            .Select(row => row.Deserialize<InboundEvent>(CrmJson.Options)!).ToListAsync(cancellation);
    }
}
