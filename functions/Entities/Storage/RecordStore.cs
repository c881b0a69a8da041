using System.Net;
using System.Text.Json;
using Crm.Entities.Changes;
using Crm.Platform.Cosmos;
using Crm.Platform.Json;
using Microsoft.Azure.Cosmos;

namespace Crm.Entities.Storage;

/// <summary>How a batch ended.</summary>
public enum CommitOutcome
{
    Committed,

    /// <summary>A document of the batch exists already: the record, or the idempotency document.</summary>
    Exists,

    /// <summary>Somebody else wrote the record since it was read.</summary>
    Stale,
}

/// <summary>A document that is written in the batch of a record's change and lies beside it for good.</summary>
/// <param name="version">That the change makes.</param>
public delegate ReadOnlyMemory<byte> DocumentBeside(RecordKey key, int version);

/// <summary>Reads and writes documents of the <c>records</c> container. Every write is one batch in one partition.</summary>
public sealed class RecordStore(CrmContainers containers, RequestCharge charge)
{
    private static readonly TransactionalBatchItemRequestOptions NoContent = new() { EnableContentResponseOnWrite = false };

    /// <param name="session">The session token of a write that must be seen, or null.</param>
    public Task<StoredRecord?> ReadAsync(RecordKey key, string? session, CancellationToken cancellation) =>
        ReadAsync(key, session is null ? null : new ItemRequestOptions { SessionToken = session }, cancellation);

    /// <summary>Reads with strong consistency: sees the latest write of any instance.</summary>
    public Task<StoredRecord?> ReadLatestAsync(RecordKey key, CancellationToken cancellation) =>
        ReadAsync(key, new ItemRequestOptions { ConsistencyLevel = ConsistencyLevel.Strong }, cancellation);

    private async Task<StoredRecord?> ReadAsync(RecordKey key, ItemRequestOptions? options, CancellationToken cancellation)
    {
        using var response = await containers.Records.ReadItemStreamAsync(key.Id, key.Partition, options, cancellation);
        charge.Add(response.Headers.RequestCharge);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;

        response.EnsureSuccessStatusCode();
        return Parse(await response.Content.ParseAsync(cancellation), response.Headers.Session);
    }

    /// <summary>Several records in one round; what is not there, or deleted, is not in the answer.</summary>
    public async Task<IReadOnlyDictionary<RecordRef, JsonElement>> ReadManyAsync(string tenantId, IReadOnlyCollection<RecordRef> records, CancellationToken cancellation)
    {
        var found = new Dictionary<RecordRef, JsonElement>();
        if (records.Count == 0)
            return found;

        if (records.Count == 1)
        {
            var (collection, id) = records.First();
            if (await ReadAsync(new RecordKey(tenantId, collection, id), session: null, cancellation) is { IsTombstone: false } record)
                found.Add(new RecordRef(collection, id), record.Data);
            return found;
        }

        var keys = records.Select(record => (record.Id, new RecordKey(tenantId, record.Collection, record.Id).Partition)).ToList();
        using var response = await containers.Records.ReadManyItemsStreamAsync(keys, cancellationToken: cancellation);
        charge.Add(response.Headers.RequestCharge);
        response.EnsureSuccessStatusCode();
        var page = await response.Content.ParseAsync(cancellation);
        foreach (var document in page.GetProperty("Documents").EnumerateArray())
        {
            if (document.TryGetProperty("data", out var data))
                found.Add(new RecordRef(document.GetProperty("entity").GetString()!, document.GetProperty("recordId").GetString()!), data);
        }

        return found;
    }

    /// <summary>Writes a record together with its change and what else belongs to it: an idempotency document, where the request carried a key.</summary>
    /// <param name="before">What was read, and must still be there; null creates.</param>
    /// <param name="beside">Documents that must not be there yet.</param>
    public async Task<(CommitOutcome Outcome, string? Session)> CommitAsync(
        RecordKey key, StoredRecord? before, ReadOnlyMemory<byte> record, Change change, IReadOnlyList<ReadOnlyMemory<byte>> beside, CancellationToken cancellation)
    {
        var batch = containers.Records.CreateTransactionalBatch(key.Partition);
        using var recordBody = record.AsStream();
        using var changeBody = change.ToBytes().AsStream();
        if (before is null)
            batch.CreateItemStream(recordBody, NoContent);
        else
            batch.ReplaceItemStream(key.Id, recordBody, new TransactionalBatchItemRequestOptions { EnableContentResponseOnWrite = false, IfMatchEtag = before.Tag });
        batch.CreateItemStream(changeBody, NoContent);
        foreach (var document in beside)
            batch.CreateItemStream(document.AsStream(), NoContent);

        using var response = await batch.ExecuteAsync(cancellation);
        charge.Add(response.RequestCharge);
        return response.StatusCode switch
        {
            HttpStatusCode.OK => (CommitOutcome.Committed, response.Headers.Session),
            HttpStatusCode.Conflict => (CommitOutcome.Exists, null),
            HttpStatusCode.PreconditionFailed or HttpStatusCode.NotFound => (CommitOutcome.Stale, null),
            _ => throw new CosmosException(response.ErrorMessage, response.StatusCode, 0, response.ActivityId, response.RequestCharge),
        };
    }

    /// <summary>Writes a document beside a record without a change of the record; false where it is there already.</summary>
    public async Task<bool> CreateBesideAsync(RecordKey key, ReadOnlyMemory<byte> document, CancellationToken cancellation)
    {
        using var body = document.AsStream();
        using var response = await containers.Records.CreateItemStreamAsync(body, key.Partition, cancellationToken: cancellation);
        charge.Add(response.Headers.RequestCharge);
        if (response.StatusCode == HttpStatusCode.Conflict)
            return false;

        response.EnsureSuccessStatusCode();
        return true;
    }

    /// <summary>A document that lies beside a record, or null. Sees the latest write of any instance.</summary>
    public async Task<T?> ReadBesideAsync<T>(RecordKey key, string id, CancellationToken cancellation) where T : class
    {
        using var response = await containers.Records.ReadItemStreamAsync(id, key.Partition, new ItemRequestOptions { ConsistencyLevel = ConsistencyLevel.Strong }, cancellation);
        charge.Add(response.Headers.RequestCharge);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;

        response.EnsureSuccessStatusCode();
        return await JsonSerializer.DeserializeAsync<T>(response.Content, CrmJson.Options, cancellation);
    }

    /// <summary>The ids of live records of an entity that hold a reference, at most <paramref name="most"/>. Sees the latest write of any instance.</summary>
    public async Task<IReadOnlyList<string>> ReferrersAsync(string tenantId, string collection, Schema.ReferencePath path, RecordRef target, int most, CancellationToken cancellation)
    {
        var query = new QueryDefinition($"SELECT TOP @most VALUE c.recordId FROM c WHERE c.tenantId = @tenant AND c.entity = @entity AND c.kind = 'record' AND {Holds(path)}")
            .WithParameter("@most", most).WithParameter("@tenant", tenantId).WithParameter("@entity", collection).WithParameter("@target", target.Collection).WithParameter("@id", target.Id);
        var prefix = new PartitionKeyBuilder().Add(tenantId).Add(collection).Build();
        return await containers.Records.RowsAsync(query, prefix, charge, latest: true, cancellation).Select(value => value.GetString()!).Take(most).ToListAsync(cancellation);
    }

    /// <summary>The rows of a query on the records of one entity.</summary>
    /// <param name="select">Such as <c>TOP 1 VALUE c.data.rate</c>.</param>
    /// <param name="where">The condition beside tenant, entity and kind, and the order. Values in it are parameters.</param>
    /// <param name="latest">Sees the latest write of any instance.</param>
    internal async Task<IReadOnlyList<JsonElement>> QueryAsync(
        string tenantId, string collection, string select, string where, IEnumerable<(string Name, object Value)> parameters, bool latest, CancellationToken cancellation)
    {
        var query = new QueryDefinition($"SELECT {select} FROM c WHERE c.tenantId = @tenant AND c.entity = @entity AND c.kind = 'record' AND {where}")
            .WithParameter("@tenant", tenantId).WithParameter("@entity", collection);
        query = parameters.Aggregate(query, (with, parameter) => with.WithParameter(parameter.Name, parameter.Value));
        var prefix = new PartitionKeyBuilder().Add(tenantId).Add(collection).Build();
        return await containers.Records.RowsAsync(query, prefix, charge, latest, cancellation).ToListAsync(cancellation);
    }

    /// <summary>The keys of an entity's live records in all tenants: for what the app does by itself, as time goes by. Each is then read in its own tenant.</summary>
    /// <param name="where">What few meet, by indexed fields. Values in it are parameters.</param>
    internal IAsyncEnumerable<RecordKey> FindInAllTenantsAsync(
        string collection, string where, IEnumerable<(string Name, object Value)> parameters, CancellationToken cancellation)
    {
        var query = parameters.Aggregate(
            new QueryDefinition($"SELECT c.tenantId, c.recordId FROM c WHERE c.entity = @entity AND c.kind = 'record' AND {where}").WithParameter("@entity", collection),
            (with, parameter) => with.WithParameter(parameter.Name, parameter.Value));
        return containers.Records.RowsAsync(query, partition: null, charge, cancellation: cancellation)
            .Select(row => new RecordKey(row.GetProperty("tenantId").GetString()!, collection, row.GetProperty("recordId").GetString()!));
    }

    /// <summary>Every live record of an entity: for those of which a tenant has few.</summary>
    public async Task<IReadOnlyList<T>> AllAsync<T>(string tenantId, string collection, Func<JsonElement, T> read, CancellationToken cancellation)
    {
        var query = new QueryDefinition("SELECT VALUE c.data FROM c WHERE c.tenantId = @tenant AND c.entity = @entity AND c.kind = 'record'")
            .WithParameter("@tenant", tenantId).WithParameter("@entity", collection);
        var prefix = new PartitionKeyBuilder().Add(tenantId).Add(collection).Build();
        return await containers.Records.RowsAsync(query, prefix, charge, latest: true, cancellation).Select(read).ToListAsync(cancellation);
    }

    /// <summary>The condition that a record refers to @id here. Paths come from declared fields, never from a request.</summary>
    private static string Holds(Schema.ReferencePath path)
    {
        var list = path.Steps.ToList().IndexOf("[]");
        var field = SqlPath.Of("c", ["data", .. path.Steps.Take(list < 0 ? path.Steps.Count : list)]);
        if (list < 0)
            return Is(field);

        return list == path.Steps.Count - 1 && !path.IsLink
            ? $"ARRAY_CONTAINS({field}, @id)"
            : $"EXISTS(SELECT VALUE e FROM e IN {field} WHERE {Is(SqlPath.Of("e", path.Steps.Skip(list + 1)))})";

        string Is(string reference) => path.IsLink
            ? $"{SqlPath.Of(reference, "id")} = @id AND {SqlPath.Of(reference, "type")} = @target"
            : $"{reference} = @id";
    }

    private static StoredRecord Parse(JsonElement document, string? session) => new(
        document.GetProperty("_etag").GetString()!,
        document.GetProperty("version").GetInt32(),
        document.GetProperty("hash").GetString()!,
        document.TryGetProperty("data", out var data) ? data : default,
        session);
}
