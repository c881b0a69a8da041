using System.Net;
using System.Text.Json;
using Crm.Entities;
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
    public async Task<StoredRecipient?> ChangeAsync(StoredRecipient before, Recipient after, CancellationToken cancellation) =>
        (await ChangeAsync([(before, after)], cancellation))?[0];

    /// <summary>Changes recipients of one shard, all or none; null where one of them is no longer the one that was read.</summary>
    public async Task<IReadOnlyList<StoredRecipient>?> ChangeAsync(IReadOnlyList<(StoredRecipient Before, Recipient After)> changes, CancellationToken cancellation)
    {
        var batch = containers.Sends.CreateTransactionalBatch(changes[0].After.Key.Partition);
        foreach (var (before, after) in changes)
            batch.ReplaceItemStream(after.Id, Body(after), new TransactionalBatchItemRequestOptions { EnableContentResponseOnWrite = false, IfMatchEtag = before.Tag });

        var added = RecipientCounts.Sum(changes.Select(change => RecipientCounts.Of(change.After).Minus(RecipientCounts.Of(change.Before.Recipient))));
        using var response = await ExecuteAsync(batch, added, cancellation);
        return response.StatusCode == HttpStatusCode.PreconditionFailed ? null : [.. changes.Select((change, index) => new StoredRecipient(change.After, response[index].ETag))];
    }

    /// <summary>Takes a recipient for whoever calls, before anything is sent; null where somebody else was faster.</summary>
    /// <param name="dueAt">From when on the owner of the claim is taken for dead.</param>
    public async Task<StoredRecipient?> ClaimAsync(StoredRecipient pending, string claimId, DateTimeOffset now, DateTimeOffset dueAt, CancellationToken cancellation)
    {
        var claimed = pending.Recipient with { Status = RecipientStatus.Claimed, ClaimId = claimId, ClaimedAt = now, DueAt = dueAt };
        if (await ChangeAsync(pending, claimed, cancellation) is { } written)
            return written;

        // Whose write was done and its answer lost finds itself in the way when the write is tried again.
        return await FindAsync(pending.Recipient.Key, cancellation) is { } present && present.Recipient.ClaimId == claimId ? present : null;
    }

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

    /// <summary>Recipients of a shard that something is still to be done about, the earliest due first. Sees the latest write of any instance.</summary>
    public async Task<IReadOnlyList<StoredRecipient>> OpenAsync(string tenantId, string campaignId, string shard, int most, CancellationToken cancellation)
    {
        var query = InShard("SELECT * FROM c WHERE c.tenantId = @tenant AND c.campaignId = @campaign AND c.shard = @shard AND c.dueAt > '' ORDER BY c.dueAt OFFSET 0 LIMIT @most", tenantId, campaignId, shard)
            .WithParameter("@most", most);
        return await RowsAsync(query, RecipientKey.PartitionOf(tenantId, campaignId, shard)).Select(Read).ToListAsync(cancellation);
    }

    /// <summary>Creates those recipients of one shard that are not there yet.</summary>
    /// <returns>The others, as they are there: whose they are, or null where the address is one that nothing goes to.</returns>
    public async Task<IReadOnlyDictionary<string, RecordLink?>> CreateMissingAsync(IReadOnlyList<Recipient> recipients, CancellationToken cancellation)
    {
        var present = new Dictionary<string, RecordLink?>();
        for (var missing = recipients; missing.Count > 0 && !await CreateAsync(missing, cancellation); missing = [.. recipients.Where(recipient => !present.ContainsKey(recipient.Id))])
        {
            foreach (var (id, party) in await PresentAsync(recipients[0].Key, [.. missing.Select(recipient => recipient.Id)], cancellation))
                present[id] = party;
        }

        return present;
    }

    /// <summary>Sees to it that ids of one shard never become recipients: whoever has the address is excluded.</summary>
    public async Task ExcludeAsync(IReadOnlyList<RecipientKey> keys, CancellationToken cancellation)
    {
        var present = new Dictionary<string, RecordLink?>();
        while (keys.Where(key => !present.ContainsKey(key.Id)).ToList() is { Count: > 0 } missing)
        {
            var batch = containers.Sends.CreateTransactionalBatch(keys[0].Partition);
            foreach (var key in missing)
                batch.CreateItemStream(new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(new { key.Id, key.TenantId, key.CampaignId, key.Shard, Kind = "excluded", SchemaVersion = 1 }, CrmJson.Options)), NoContent);

            using var response = await ExecuteAsync(batch, RecipientCounts.None, cancellation);
            if (response.StatusCode != HttpStatusCode.Conflict)
                return;

            foreach (var (id, party) in await PresentAsync(keys[0], [.. missing.Select(key => key.Id)], cancellation))
                present[id] = party;
        }
    }

    /// <summary>A page of all recipients of a campaign, in the order of their ids.</summary>
    /// <param name="after">All ids of the page are higher.</param>
    public async Task<IReadOnlyList<Recipient>> PageAsync(string tenantId, string campaignId, RecipientStatus? status, string after, int most, CancellationToken cancellation)
    {
        var only = status is null ? "" : " AND c.status = @status";
        var query = new QueryDefinition($"SELECT * FROM c WHERE c.tenantId = @tenant AND c.campaignId = @campaign AND c.kind = @kind{only} AND c.id > @after ORDER BY c.id OFFSET 0 LIMIT @most")
            .WithParameter("@tenant", tenantId).WithParameter("@campaign", campaignId).WithParameter("@kind", Recipient.RecipientKind)
            .WithParameter("@after", after).WithParameter("@most", most);
        if (status is not null)
            query = query.WithParameter("@status", JsonNamingPolicy.CamelCase.ConvertName(status.Value.ToString()));
        return await RowsAsync(query, new PartitionKeyBuilder().Add(tenantId).Add(campaignId).Build()).Select(row => row.Deserialize<Recipient>(CrmJson.Options)!).ToListAsync(cancellation);
    }

    private async Task<IReadOnlyList<(string Id, RecordLink? Party)>> PresentAsync(RecipientKey shard, string[] ids, CancellationToken cancellation)
    {
        var query = InShard("SELECT c.id, c.partyRef FROM c WHERE c.tenantId = @tenant AND c.campaignId = @campaign AND c.shard = @shard AND ARRAY_CONTAINS(@ids, c.id)", shard.TenantId, shard.CampaignId, shard.Shard)
            .WithParameter("@ids", ids);
        return await RowsAsync(query, shard.Partition)
            .Select(row => (row.GetProperty("id").GetString()!, row.TryGetProperty("partyRef", out var party) ? party.Deserialize<RecordLink>(CrmJson.Options) : null))
            .ToListAsync(cancellation);
    }

    private static QueryDefinition InShard(string text, string tenantId, string campaignId, string shard) =>
        new QueryDefinition(text).WithParameter("@tenant", tenantId).WithParameter("@campaign", campaignId).WithParameter("@shard", shard);

    private IAsyncEnumerable<JsonElement> RowsAsync(QueryDefinition query, PartitionKey partition) => containers.Sends.RowsAsync(query, partition, charge, latest: true);

    /// <summary>Executes a batch with what it adds to the totals.</summary>
    private async Task<TransactionalBatchResponse> ExecuteAsync(TransactionalBatch batch, RecipientCounts added, CancellationToken cancellation)
    {
        var counts = added.Values.Where(count => count.Value != 0).ToList();
        if (counts.Count > 0)
            batch.PatchItem(ShardTotals.DocumentId, [.. counts.Select(count => PatchOperation.Increment(ShardTotals.PathOf(count.Key), count.Value))], NoContentOfPatch);

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
