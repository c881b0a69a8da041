using System.Text.Json;
using Crm.Platform.Cosmos;
using Crm.Platform.Json;
using Microsoft.Azure.Cosmos;

namespace Crm.Webhooks;

/// <summary>Reads and writes what became of deliveries.</summary>
public sealed class Deliveries(KeyDocuments documents, CrmContainers containers, RequestCharge charge)
{
    public async Task<Delivery?> FindAsync(string tenantId, string webhookId, string id, CancellationToken cancellation) =>
        (await documents.FindAsync<Delivery>(tenantId, Delivery.ScopeOf(webhookId), id, cancellation))?.Document;

    public Task SaveAsync(Delivery delivery, CancellationToken cancellation) => documents.PutAsync(delivery, cancellation);

    /// <summary>Writes down that an event is not delivered, where nothing is written down of it yet.</summary>
    public Task RefuseAsync(DeliveryMessage message, string detail, CancellationToken cancellation) =>
        documents.CreateAsync(Delivery.New(message).Failed(detail), cancellation);

    /// <summary>The deliveries of a webhook, newest event first.</summary>
    /// <param name="before">All ids of the answer are lower; null starts with the newest.</param>
    public async Task<IReadOnlyList<Delivery>> PageAsync(string tenantId, string webhookId, string? before, int most, CancellationToken cancellation)
    {
        var scope = Delivery.ScopeOf(webhookId);
        var query = new QueryDefinition("SELECT * FROM c WHERE c.tenantId = @tenant AND c.scope = @scope AND c.id < @before ORDER BY c.id DESC OFFSET 0 LIMIT @most")
            .WithParameter("@tenant", tenantId).WithParameter("@scope", scope).WithParameter("@before", before ?? $"{webhookId}.~").WithParameter("@most", most);
        return await containers.Keys.RowsAsync(query, new PartitionKeyBuilder().Add(tenantId).Add(scope).Build(), charge, cancellation: cancellation)
            .Select(row => row.Deserialize<Delivery>(CrmJson.Options)!).ToListAsync(cancellation);
    }
}
