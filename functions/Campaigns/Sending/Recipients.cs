using System.Net;
using System.Text.Json;
using Crm.Platform.Cosmos;
using Crm.Platform.Json;
using Microsoft.Azure.Cosmos;

namespace Crm.Campaigns.Sending;

/// <summary>
/// Reads and writes recipients. Whatever changes one is one batch with what that adds to the totals of its shard, under the <c>_etag</c> that was read: so
/// the totals are right at every moment, and of several who claim the same recipient one succeeds.
/// </summary>
public sealed class Recipients(CrmContainers containers, RequestCharge charge)
{
    /// <summary>Of the 100 operations that a batch takes, one is for the totals.</summary>
    public const int MostAtOnce = 90;

    /// <summary>How often others may change a recipient before the change is left to a later attempt.</summary>
    private const int Rounds = 20;

    private static readonly ItemRequestOptions Latest = new() { ConsistencyLevel = ConsistencyLevel.Strong };
    private static readonly TransactionalBatchItemRequestOptions NoContent = new() { EnableContentResponseOnWrite = false };
    private static readonly TransactionalBatchPatchItemRequestOptions NoContentOfPatch = new() { EnableContentResponseOnWrite = false };

    /// <summary>A recipient, or null. Sees the latest write of any instance.</summary>
    public async Task<StoredRecipient?> FindAsync(RecipientKey key, CancellationToken cancellation)
    {
        using var response = await containers.Sends.ReadItemStreamAsync(key.Id, key.Partition, Latest, cancellation);
        charge.Add(response.Headers.RequestCharge);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;

        response.EnsureSuccessStatusCode();
        return Read(await response.Content.ParseAsync(cancellation));
    }

    /// <summary>Creates recipients of one shard, all or none.</summary>
    /// <returns>False where one of them is there already.</returns>
    public async Task<bool> CreateAsync(IReadOnlyList<Recipient> recipients, CancellationToken cancellation)
    {
        var batch = containers.Sends.CreateTransactionalBatch(recipients[0].Key.Partition);
        foreach (var recipient in recipients)
            batch.CreateItemStream(Body(recipient), NoContent);

        using var response = await ExecuteAsync(batch, RecipientCounts.Sum(recipients.Select(RecipientCounts.Of)), cancellation);
        return response.StatusCode != HttpStatusCode.Conflict;
    }

    /// <summary>Changes a recipient; null where it is no longer the one that was read.</summary>
    public async Task<StoredRecipient?> ChangeAsync(StoredRecipient before, Recipient after, CancellationToken cancellation)
    {
        var batch = containers.Sends.CreateTransactionalBatch(after.Key.Partition);
        batch.ReplaceItemStream(after.Id, Body(after), new TransactionalBatchItemRequestOptions { EnableContentResponseOnWrite = false, IfMatchEtag = before.Tag });
        using var response = await ExecuteAsync(batch, RecipientCounts.Of(after).Minus(RecipientCounts.Of(before.Recipient)), cancellation);
        return response.StatusCode == HttpStatusCode.PreconditionFailed ? null : new StoredRecipient(after, response[0].ETag);
    }

    /// <summary>Takes a recipient for whoever calls, before anything is sent; null where somebody else was faster.</summary>
    /// <param name="dueAt">From when on the owner of the claim is taken for dead.</param>
    public Task<StoredRecipient?> ClaimAsync(StoredRecipient pending, string claimId, DateTimeOffset now, DateTimeOffset dueAt, CancellationToken cancellation) =>
        ChangeAsync(pending, pending.Recipient with { Status = RecipientStatus.Claimed, ClaimId = claimId, ClaimedAt = now, DueAt = dueAt }, cancellation);

    /// <summary>Writes down how a claim ended. Who was taken for dead and was only slow still says so: what is known is better than unknown.</summary>
    /// <param name="settled">The end, made from the claimed recipient as it is now: marks may have come meanwhile.</param>
    /// <returns>False where the claim has long gone to somebody else.</returns>
    /// <exception cref="InvalidOperationException">Others keep changing it.</exception>
    public async Task<bool> SettleAsync(StoredRecipient claimed, Func<Recipient, Recipient> settled, CancellationToken cancellation)
    {
        var present = claimed;
        for (var round = 0; round < Rounds; round++)
        {
            if (present.Recipient.ClaimId != claimed.Recipient.ClaimId || present.Recipient.Status is not (RecipientStatus.Claimed or RecipientStatus.Unknown))
                return false;
            if (await ChangeAsync(present, settled(present.Recipient), cancellation) is not null)
                return true;
            if (await FindAsync(claimed.Recipient.Key, cancellation) is not { } changed)
                return false;

            present = changed;
        }

        throw new InvalidOperationException($"The recipient {claimed.Recipient.Id} is being changed over and over.");
    }

    /// <summary>Writes down what was learned after the sending. The first time counts; what is known already changes nothing.</summary>
    /// <returns>False where there is no such recipient, or nothing new about it.</returns>
    /// <exception cref="InvalidOperationException">Others keep changing it: the mark has to come again.</exception>
    public async Task<bool> MarkAsync(RecipientKey key, RecipientMark mark, DateTimeOffset at, CancellationToken cancellation)
    {
        for (var round = 0; round < Rounds; round++)
        {
            if (await FindAsync(key, cancellation) is not { } present)
                return false;

            var marked = present.Recipient.With(mark, at);
            if (marked == present.Recipient)
                return false;
            if (await ChangeAsync(present, marked, cancellation) is not null)
                return true;
        }

        throw new InvalidOperationException($"The recipient {key.Id} is being changed over and over.");
    }

    /// <summary>Recipients of a shard that something is to be done about by now, the longest due first. Sees the latest write of any instance.</summary>
    public async Task<IReadOnlyList<StoredRecipient>> DueAsync(string tenantId, string campaignId, string shard, DateTimeOffset now, int most, CancellationToken cancellation)
    {
        var query = new QueryDefinition(
            "SELECT * FROM c WHERE c.tenantId = @tenant AND c.campaignId = @campaign AND c.shard = @shard AND c.dueAt <= @now ORDER BY c.dueAt OFFSET 0 LIMIT @most")
            .WithParameter("@tenant", tenantId).WithParameter("@campaign", campaignId).WithParameter("@shard", shard)
            .WithParameter("@now", UtcTimeConverter.Format(now)).WithParameter("@most", most);
        return await RowsAsync(query, RecipientKey.PartitionOf(tenantId, campaignId, shard)).Select(Read).ToListAsync(cancellation);
    }

    private IAsyncEnumerable<JsonElement> RowsAsync(QueryDefinition query, PartitionKey partition) => containers.Sends.RowsAsync(query, partition, charge, latest: true);

    /// <summary>Executes a batch with what it adds to the totals.</summary>
    private async Task<TransactionalBatchResponse> ExecuteAsync(TransactionalBatch batch, RecipientCounts added, CancellationToken cancellation)
    {
        if (added.Values.Count > 0)
            batch.PatchItem(ShardTotals.DocumentId, [.. added.Values.Select(count => PatchOperation.Increment(ShardTotals.PathOf(count.Key), count.Value))], NoContentOfPatch);

        var response = await batch.ExecuteAsync(cancellation);
        charge.Add(response.RequestCharge);
        if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed)
            return response;

        using (response)
            throw new CosmosException(response.ErrorMessage, response.StatusCode, 0, response.ActivityId, response.RequestCharge);
    }

    private static StoredRecipient Read(JsonElement document) =>
        new(document.Deserialize<Recipient>(CrmJson.Options)!, document.GetProperty("_etag").GetString()!);

    private static MemoryStream Body(Recipient recipient) => new(JsonSerializer.SerializeToUtf8Bytes(recipient, CrmJson.Options));
}
