using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities.Changes;
using Crm.Entities.Storage;
using Crm.Platform.ChangeFeed;
using Crm.Platform.Cosmos;
using Crm.Platform.Json;
using Crm.Platform.Telemetry;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Logging;

namespace Crm.History;

/// <summary>
/// Copies changes into <c>history</c>, each as it is and under its own id. It creates and never replaces, so a batch may come twice, to two instances at once, or be
/// cut short anywhere: the next delivery finds what is there. What is there with another hash is an alarm; it stays, and the feed goes on.
/// </summary>
public sealed partial class WriteHistory(CrmContainers containers, ChangeLog log, RequestCharge charge, FeedLag lag, TimeProvider time, ILogger<WriteHistory> logger)
{
    private const int RecordsAtOnce = 16;

    /// <summary>A batch has at most 100 operations and 2 MB; a change is well below 600 KB.</summary>
    private const int MostInBatch = 100;
    private const int MostBytesInBatch = 1_200_000;

    private static readonly TransactionalBatchItemRequestOptions NoContent = new() { EnableContentResponseOnWrite = false };
    private static readonly Counter<long> Conflicts = CrmTelemetry.Meter.CreateCounter<long>(
        "crm.history.conflicts", description: "Changes that history already has with another hash.");

    /// <exception cref="CosmosException">The database failed: the batch has to come again.</exception>
    public async Task RunAsync(IReadOnlyList<FeedChange> changes, CancellationToken cancellation)
    {
        if (changes.Count == 0)
            return;

        var originals = await log.ReadAsync([.. changes.Where(change => !IsWhole(change)).Select(change => (change.Key, change.Change.Version))], cancellation);
        var records = changes.GroupBy(change => change.Key);
        await Parallel.ForEachAsync(records, new ParallelOptions { MaxDegreeOfParallelism = RecordsAtOnce, CancellationToken = cancellation }, async (record, stop) =>
        {
            foreach (var batch in Batches(record.Select(change => new Entry(change.Change, Copy(change, originals)))))
            {
                if (batch.Count == 1 || !await CreateAllAsync(record.Key, batch, stop))
                    await CreateEachAsync(record.Key, batch, stop);
            }
        });
        lag.Done(nameof(WriteHistory), changes.Max(change => change.OccurredAt), time.GetUtcNow());
    }

    private readonly record struct Entry(Change Change, ReadOnlyMemory<byte> Document);

    /// <summary>
    /// Whether the feed brought a change as it was written. The Functions host takes texts that look like times for times, and spells them in a way of its
    /// own; then the document has to be read where it lies.
    /// </summary>
    private static bool IsWhole(FeedChange change)
    {
        var document = (JsonObject)change.Document.ToNode()!;
        return ChangeHash.Of(document) == change.Change.Hash && ChangeHash.PersonalValuesMatch(document);
    }

    /// <summary>The document without what is only of its place beside the record. A newer version of the app may have written more into it than this one knows.</summary>
    private ReadOnlyMemory<byte> Copy(FeedChange change, IReadOnlyDictionary<(RecordKey Key, int Version), JsonElement> originals)
    {
        var document = originals.GetValueOrDefault((change.Key, change.Change.Version), change.Document);
        var kept = document.EnumerateObject().Where(member => member.Name != "ttl" && !member.Name.StartsWith('_'));
        var copy = new JsonObject(kept.Select(member => KeyValuePair.Create(member.Name, member.Value.ToNode())))
        {
            ["record"] = change.Key.Path,
            ["recordedAt"] = UtcTimeConverter.Format(time.GetUtcNow()),
        };
        return JsonSerializer.SerializeToUtf8Bytes(copy, CrmJson.Options);
    }

    private static IEnumerable<IReadOnlyList<Entry>> Batches(IEnumerable<Entry> entries)
    {
        var (batch, bytes) = (new List<Entry>(), 0);
        foreach (var entry in entries)
        {
            if (batch.Count == MostInBatch || (batch.Count > 0 && bytes + entry.Document.Length > MostBytesInBatch))
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }

            batch.Add(entry);
            bytes += entry.Document.Length;
        }

        if (batch.Count > 0)
            yield return batch;
    }

    /// <summary>All in one round trip; false where one of them is there already.</summary>
    private async Task<bool> CreateAllAsync(RecordKey key, IReadOnlyList<Entry> entries, CancellationToken cancellation)
    {
        var batch = containers.History.CreateTransactionalBatch(key.HistoryPartition);
        foreach (var entry in entries)
            batch.CreateItemStream(entry.Document.AsStream(), NoContent);

        using var response = await batch.ExecuteAsync(cancellation);
        charge.Add(response.RequestCharge);
        return response.IsSuccessStatusCode
            || (response.StatusCode == HttpStatusCode.Conflict
                ? false
                : throw new CosmosException(response.ErrorMessage, response.StatusCode, 0, response.ActivityId, response.RequestCharge));
    }

    private async Task CreateEachAsync(RecordKey key, IReadOnlyList<Entry> entries, CancellationToken cancellation)
    {
        foreach (var (change, document) in entries)
        {
            using var body = document.AsStream();
            using var created = await containers.History.CreateItemStreamAsync(body, key.HistoryPartition, cancellationToken: cancellation);
            charge.Add(created.Headers.RequestCharge);
            if (created.StatusCode == HttpStatusCode.Conflict)
                await CompareAsync(key, change, cancellation);
            else
                created.EnsureSuccessStatusCode();
        }
    }

    private async Task CompareAsync(RecordKey key, Change change, CancellationToken cancellation)
    {
        using var present = await containers.History.ReadItemStreamAsync(change.Id, key.HistoryPartition, cancellationToken: cancellation);
        charge.Add(present.Headers.RequestCharge);
        present.EnsureSuccessStatusCode();
        var hash = (await present.Content.ParseAsync(cancellation)).GetProperty("hash").GetString();
        if (hash == change.Hash)
            return;

        Conflicts.Add(1);
        Log.Conflict(logger, change.TenantId, change.Entity, change.RecordId, change.Version, change.Hash, hash);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Critical, Message = "History of {TenantId} {Entity}/{RecordId} has version {Version} with another hash: {Hash} was written, {Present} is there")]
        public static partial void Conflict(ILogger logger, string tenantId, string entity, string recordId, int version, string hash, string? present);
    }
}
