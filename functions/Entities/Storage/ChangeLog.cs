using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities.Changes;
using Crm.Platform.Cosmos;
using Crm.Platform.Json;
using Microsoft.Azure.Cosmos;

namespace Crm.Entities.Storage;

/// <summary>
/// The changes of a record, all of them. The latest lie beside the record, written with it and kept for 30 days; <c>history</c> has every change but
/// follows the change feed, some seconds behind. Each has what the other may not have, so together they are complete at any moment.
/// </summary>
public sealed class ChangeLog(CrmContainers containers, RequestCharge charge)
{
    /// <summary>The changes before a version, newest first.</summary>
    /// <param name="before">All versions of the answer are lower.</param>
    /// <param name="most">How many to give.</param>
    public async Task<Change[]> PageAsync(RecordKey key, int before, int most, CancellationToken cancellation)
    {
        // Whatever is among the newest of both together is among the newest of the one it came from.
        var pages = await Task.WhenAll(ReadAsync(containers.History, key.HistoryPartition), ReadAsync(containers.Records, key.Partition));
        return [.. pages.SelectMany(page => page).DistinctBy(change => change.Version).OrderByDescending(change => change.Version).Take(most)];

        async Task<List<Change>> ReadAsync(Container container, PartitionKey partition)
        {
            var query = Select(key, "AND c.version < @before ORDER BY c.version DESC OFFSET 0 LIMIT @most").WithParameter("@before", before).WithParameter("@most", most);
            return await container.RowsAsync(query, partition, charge, cancellation: cancellation).Select(Read).ToListAsync(cancellation);
        }
    }

    /// <summary>The changes of a record after a version, newest first: read as far as they are asked for, from history only where the record's own end.</summary>
    public async IAsyncEnumerable<Change> NewestFirstAsync(RecordKey key, int after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var lowest = int.MaxValue;
        foreach (var (container, partition) in new[] { (containers.Records, key.Partition), (containers.History, key.HistoryPartition) })
        {
            if (lowest == after + 1)
                yield break;

            var query = Select(key, "AND c.version > @after AND c.version < @before ORDER BY c.version DESC").WithParameter("@after", after).WithParameter("@before", lowest);
            await foreach (var row in container.RowsAsync(query, partition, charge, cancellation: cancellation))
            {
                var change = Read(row);
                lowest = change.Version;
                yield return change;
            }
        }
    }

    /// <summary>The document of one change as it is stored, beside the record or else in history; null where it is in neither.</summary>
    public async Task<JsonObject?> FindAsync(RecordKey key, int version, CancellationToken cancellation)
    {
        var id = Change.IdOf(version);
        return await FindAsync(containers.Records, id, key.Partition, cancellation) ?? await FindAsync(containers.History, id, key.HistoryPartition, cancellation);
    }

    /// <summary>The documents of changes that lie beside their records, in one round.</summary>
    public async Task<IReadOnlyDictionary<(RecordKey Key, int Version), JsonElement>> ReadAsync(IReadOnlyCollection<(RecordKey Key, int Version)> changes, CancellationToken cancellation)
    {
        if (changes.Count == 0)
            return new Dictionary<(RecordKey, int), JsonElement>();

        var keys = changes.Distinct().Select(change => (Change.IdOf(change.Version), change.Key.Partition)).ToList();
        using var response = await containers.Records.ReadManyItemsStreamAsync(keys, cancellationToken: cancellation);
        charge.Add(response.Headers.RequestCharge);
        response.EnsureSuccessStatusCode();
        var page = await response.Content.ParseAsync(cancellation);
        return page.GetProperty("Documents").EnumerateArray().ToDictionary(document => (
            new RecordKey(document.GetProperty("tenantId").GetString()!, document.GetProperty("entity").GetString()!, document.GetProperty("recordId").GetString()!),
            document.GetProperty("version").GetInt32()));
    }

    private async Task<JsonObject?> FindAsync(Container container, string id, PartitionKey partition, CancellationToken cancellation)
    {
        using var response = await container.ReadItemStreamAsync(id, partition, cancellationToken: cancellation);
        charge.Add(response.Headers.RequestCharge);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;

        response.EnsureSuccessStatusCode();
        return (JsonObject)(await response.Content.ParseAsync(cancellation)).ToNode()!;
    }

    private static QueryDefinition Select(RecordKey key, string rest) =>
        new QueryDefinition($"SELECT * FROM c WHERE c.tenantId = @tenant AND c.entity = @entity AND c.recordId = @id AND c.kind = 'change' {rest}")
            .WithParameter("@tenant", key.TenantId).WithParameter("@entity", key.Collection).WithParameter("@id", key.Id);

    private static Change Read(JsonElement row) => row.Deserialize<Change>(CrmJson.Options)!;
}
