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

    /// <summary>Writes a record together with its change and, where the request carried a key, its idempotency document.</summary>
    /// <param name="before">What was read, and must still be there; null creates.</param>
    public async Task<(CommitOutcome Outcome, string? Session)> CommitAsync(
        RecordKey key, StoredRecord? before, ReadOnlyMemory<byte> record, Change change, Idempotency? idempotency, CancellationToken cancellation)
    {
        var batch = containers.Records.CreateTransactionalBatch(key.Partition);
        using var recordBody = record.AsStream();
        using var changeBody = change.ToBytes().AsStream();
        using var idempotencyBody = idempotency?.ToBytes(key).AsStream();
        if (before is null)
            batch.CreateItemStream(recordBody, NoContent);
        else
            batch.ReplaceItemStream(key.Id, recordBody, new TransactionalBatchItemRequestOptions { EnableContentResponseOnWrite = false, IfMatchEtag = before.Tag });
        batch.CreateItemStream(changeBody, NoContent);
        if (idempotencyBody is not null)
            batch.CreateItemStream(idempotencyBody, NoContent);

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

    /// <summary>Writes down a keyed request that changed nothing, so that its repetition changes nothing either.</summary>
    public async Task RememberAsync(RecordKey key, Idempotency request, CancellationToken cancellation)
    {
        using var body = request.ToBytes(key).AsStream();
        using var response = await containers.Records.CreateItemStreamAsync(body, key.Partition, cancellationToken: cancellation);
        charge.Add(response.Headers.RequestCharge);
        if (response.StatusCode != HttpStatusCode.Conflict)
            response.EnsureSuccessStatusCode();
    }

    /// <summary>The idempotency document of a key, or null.</summary>
    public async Task<Idempotency?> ReadIdempotencyAsync(RecordKey key, string id, CancellationToken cancellation)
    {
        using var response = await containers.Records.ReadItemStreamAsync(id, key.Partition, cancellationToken: cancellation);
        charge.Add(response.Headers.RequestCharge);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;

        response.EnsureSuccessStatusCode();
        return await JsonSerializer.DeserializeAsync<Idempotency>(response.Content, CrmJson.Options, cancellation);
    }

    /// <summary>The ids of live records of an entity that hold a reference, at most <paramref name="most"/>. Sees the latest write of any instance.</summary>
    public async Task<IReadOnlyList<string>> ReferrersAsync(string tenantId, string collection, Schema.ReferencePath path, RecordRef target, int most, CancellationToken cancellation)
    {
        var query = new QueryDefinition($"SELECT TOP @most VALUE c.recordId FROM c WHERE c.tenantId = @tenant AND c.entity = @entity AND c.kind = 'record' AND {Holds(path)}")
            .WithParameter("@most", most).WithParameter("@tenant", tenantId).WithParameter("@entity", collection).WithParameter("@target", target.Collection).WithParameter("@id", target.Id);
        var prefix = new PartitionKeyBuilder().Add(tenantId).Add(collection).Build();
        return await containers.Records.RowsAsync(query, prefix, charge, latest: true, cancellation).Select(value => value.GetString()!).Take(most).ToListAsync(cancellation);
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
