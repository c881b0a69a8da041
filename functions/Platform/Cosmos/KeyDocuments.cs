using System.Net;
using System.Text.Json;
using Crm.Platform.Json;
using Microsoft.Azure.Cosmos;

namespace Crm.Platform.Cosmos;

/// <summary>A small document of its own in the <c>keys</c> container.</summary>
public abstract record KeyDocument
{
    public required string Id { get; init; }

    public required string TenantId { get; init; }

    public abstract string Scope { get; }

    /// <summary>Seconds; null keeps it for good.</summary>
    public int? Ttl { get; init; }
}

/// <summary>Reads and writes them. Reads are strong: what one instance has revoked, no other honours.</summary>
public sealed class KeyDocuments(CrmContainers containers, RequestCharge charge)
{
    /// <summary>In place of a tenant's id: what is looked up before the tenant is known. No tenant can have it.</summary>
    public const string NoTenant = "-";

    private static readonly ItemRequestOptions Latest = new() { ConsistencyLevel = ConsistencyLevel.Strong };

    public async Task<(T Document, string Tag)?> FindAsync<T>(string tenantId, string scope, string id, CancellationToken cancellation) where T : KeyDocument
    {
        using var response = await containers.Keys.ReadItemStreamAsync(id, Partition(tenantId, scope, id), Latest, cancellation);
        charge.Add(response.Headers.RequestCharge);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;

        response.EnsureSuccessStatusCode();
        return ((await JsonSerializer.DeserializeAsync<T>(response.Content, CrmJson.Options, cancellation))!, response.Headers.ETag);
    }

    /// <summary>False where there is one already.</summary>
    public async Task<bool> CreateAsync<T>(T document, CancellationToken cancellation) where T : KeyDocument
    {
        using var response = await containers.Keys.CreateItemStreamAsync(Body(document), Partition(document), cancellationToken: cancellation);
        return Succeeded(response, HttpStatusCode.Conflict);
    }

    /// <summary>False where it is no longer the one that was read.</summary>
    public async Task<bool> ReplaceAsync<T>(T document, string tag, CancellationToken cancellation) where T : KeyDocument
    {
        using var response = await containers.Keys.ReplaceItemStreamAsync(Body(document), document.Id, Partition(document), new ItemRequestOptions { IfMatchEtag = tag }, cancellation);
        return Succeeded(response, HttpStatusCode.PreconditionFailed, HttpStatusCode.NotFound);
    }

    public async Task PutAsync<T>(T document, CancellationToken cancellation) where T : KeyDocument
    {
        using var response = await containers.Keys.UpsertItemStreamAsync(Body(document), Partition(document), cancellationToken: cancellation);
        Succeeded(response);
    }

    /// <summary>False where it is no longer the one that was read. Of several who delete the same one, one succeeds.</summary>
    public async Task<bool> DeleteAsync(KeyDocument document, string? tag, CancellationToken cancellation)
    {
        using var response = await containers.Keys.DeleteItemStreamAsync(document.Id, Partition(document), new ItemRequestOptions { IfMatchEtag = tag }, cancellation);
        return Succeeded(response, HttpStatusCode.PreconditionFailed, HttpStatusCode.NotFound);
    }

    private bool Succeeded(ResponseMessage response, params ReadOnlySpan<HttpStatusCode> refusals)
    {
        charge.Add(response.Headers.RequestCharge);
        if (refusals.Contains(response.StatusCode))
            return false;

        response.EnsureSuccessStatusCode();
        return true;
    }

    private static MemoryStream Body<T>(T document) => new(JsonSerializer.SerializeToUtf8Bytes(document, CrmJson.Options));

    private static PartitionKey Partition(KeyDocument document) => Partition(document.TenantId, document.Scope, document.Id);

    private static PartitionKey Partition(string tenantId, string scope, string id) => new PartitionKeyBuilder().Add(tenantId).Add(scope).Add(id).Build();
}
