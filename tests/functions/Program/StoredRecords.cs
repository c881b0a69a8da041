using System.Data.Common;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Azure.Cosmos;

namespace Crm.Tests.Program;

/// <summary>One partition of the store: the record's document and the changes beside it.</summary>
internal sealed record StoredPartition(int Version, string Kind, string Hash, IReadOnlyList<StoredChange> Changes);

internal sealed record StoredChange(int Version, string PrevHash, string Hash);

/// <summary>What a running program holds: through the API, and in the store itself.</summary>
internal static class StoredRecords
{
    /// <summary>Every record of a collection, by walking its pages.</summary>
    public static async Task<List<JsonObject>> ListAsync(this CrmProcess crm, string collection)
    {
        var records = new List<JsonObject>();
        for (var next = $"/api/v1/{collection}?maxpagesize=200"; next is not null;)
        {
            var page = await crm.Client.GetFromJsonAsync<JsonObject>(next);
            records.AddRange(page!["value"]!.AsArray().Select(record => record!.AsObject()));
            next = (string?)page["nextLink"];
        }

        return records;
    }

    /// <summary>The store, as any other tool reaches it: over HTTP, with the key of the sample settings.</summary>
    public static CosmosClient ConnectToStore(this CrmProcess crm)
    {
        using var settings = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "local.settings.sample.json")));
        var connection = new DbConnectionStringBuilder { ConnectionString = settings.RootElement.GetProperty("Values").GetProperty("Cosmos").GetString() };
        var options = new CosmosClientOptions { ConnectionMode = ConnectionMode.Gateway, LimitToEndpoint = true };
        return new CosmosClient(crm.Store.ToString(), (string)connection["AccountKey"], options);
    }

    /// <summary>Every partition of an entity as the store has it, by record id.</summary>
    public static async Task<Dictionary<string, StoredPartition>> StoredAsync(this CrmProcess crm, string entity)
    {
        using var cosmos = crm.ConnectToStore();
        var query = new QueryDefinition("SELECT c.recordId, c.kind, c.version, c.hash, c.prevHash FROM c WHERE c.tenantId = 'default' AND c.entity = @entity").WithParameter("@entity", entity);
        var options = new QueryRequestOptions { PartitionKey = new PartitionKeyBuilder().Add("default").Add(entity).Build(), MaxItemCount = 1000 };
        using var pages = cosmos.GetContainer("crm", "records").GetItemQueryIterator<Newtonsoft.Json.Linq.JObject>(query, requestOptions: options);
        var documents = new List<Newtonsoft.Json.Linq.JObject>();
        while (pages.HasMoreResults)
            documents.AddRange(await pages.ReadNextAsync());

        return documents.GroupBy(document => (string)document["recordId"]!).ToDictionary(partition => partition.Key, partition =>
        {
            var record = Assert.Single(partition, document => (string?)document["kind"] is "record" or "tombstone");
            var changes = partition.Where(document => (string?)document["kind"] == "change")
                .Select(document => new StoredChange((int)document["version"]!, (string)document["prevHash"]!, (string)document["hash"]!));
            return new StoredPartition((int)record["version"]!, (string)record["kind"]!, (string)record["hash"]!, [.. changes.OrderBy(change => change.Version)]);
        });
    }

    /// <summary>The hash of every entry that history has of an entity, by record and version.</summary>
    public static async Task<Dictionary<(string RecordId, int Version), string>> HistoryAsync(this CrmProcess crm, string entity)
    {
        using var cosmos = crm.ConnectToStore();
        var query = new QueryDefinition("SELECT c.recordId, c.version, c.hash FROM c WHERE c.tenantId = 'default' AND c.entity = @entity").WithParameter("@entity", entity);
        var options = new QueryRequestOptions { PartitionKey = new PartitionKeyBuilder().Add("default").Build(), MaxItemCount = 1000 };
        using var pages = cosmos.GetContainer("crm", "history").GetItemQueryIterator<Newtonsoft.Json.Linq.JObject>(query, requestOptions: options);
        var entries = new Dictionary<(string, int), string>();
        while (pages.HasMoreResults)
        {
            foreach (var entry in await pages.ReadNextAsync())
                entries.Add(((string)entry["recordId"]!, (int)entry["version"]!), (string)entry["hash"]!);
        }

        return entries;
    }
}
