using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;

namespace Crm.Campaigns;

/// <summary>The addresses of a tenant that nothing is sent to, for whatever reason.</summary>
public sealed class Suppressions(EntityCatalog catalog, EntityService entities, UniqueValues uniques, RecordStore records, CallContext call, TimeProvider time)
{
    /// <summary>Sees the latest write of any instance.</summary>
    /// <param name="address">In its normal form.</param>
    public async Task<bool> HasAsync(string address, CancellationToken cancellation)
    {
        var (type, tenant) = (catalog.Of<Suppression>(), call.Caller.TenantId);
        return await uniques.HolderAsync(tenant, type, "addressHash", Suppression.HashOf(address), cancellation) is { } holder
            && await records.ReadLatestAsync(new RecordKey(tenant, type.Collection, holder), cancellation) is { IsTombstone: false };
    }

    /// <summary>Sees to it that nothing is sent to an address any more.</summary>
    /// <exception cref="InvalidOperationException">It could not be written now.</exception>
    public async Task AddAsync(string address, SuppressionReason reason, CancellationToken cancellation)
    {
        var type = catalog.Of<Suppression>();
        var fields = new JsonObject { ["addressHash"] = Suppression.HashOf(address), ["reason"] = JsonNamingPolicy.CamelCase.ConvertName(reason.ToString()) };
        var created = await entities.CreateAsync(type, Ids.New(time.GetUtcNow()), fields, new WriteOptions(), cancellation);
        if (created.Failed && created.Error is not Duplicate)
            throw new InvalidOperationException($"A suppression could not be written: {created.Error.Detail}");
    }
}
