using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Platform.Cosmos;
using Crm.Platform.Json;
using Microsoft.Azure.Cosmos;

namespace Crm.History;

/// <summary>
/// Works out every chain of a tenant again: the hash of each entry, the link to the one before, versions without a gap, and that the record stands where its
/// last entry left it. Entries and records are read side by side in the order of records, so only one record's links are in memory at a time. What history has
/// yet to write is read beside the record.
/// </summary>
public sealed class VerifyHistory(EntityCatalog catalog, CrmContainers containers, RecordStore records, ChangeLog log, RequestCharge charge)
{
    /// <param name="from">The earliest time of entries to look at. Of a period, only the entries in it are compared, and not with the records.</param>
    /// <param name="to">The latest time of entries to look at.</param>
    public async Task<Verification> RunAsync(string tenantId, DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancellation)
    {
        var whole = from is null && to is null;
        var (looked, first) = (0, default(BrokenEntry));
        var heads = whole ? HeadsAsync(tenantId, cancellation) : AsyncEnumerable.Empty<Head>();
        await foreach (var (key, links, head) in JoinAsync(ChainsAsync(tenantId, from, to, cancellation), heads))
        {
            var (count, broken) = await CheckAsync(key, links, whole, head, cancellation);
            looked += count;
            first ??= broken;
        }

        return new Verification(first is null, looked, first);
    }

    private sealed record Chain(RecordKey Key, List<ChainLink> Links);

    /// <summary>Where a record, or its tombstone, stands.</summary>
    private sealed record Head(RecordKey Key, int Version, string Hash);

    /// <param name="whole">The chain starts at version 1 and ends where the record stands.</param>
    private async Task<(int Count, BrokenEntry? Broken)> CheckAsync(RecordKey key, List<ChainLink> links, bool whole, Head? head, CancellationToken cancellation)
    {
        var present = links.ToDictionary(link => link.Version);
        var last = links.Count == 0 ? 0 : links.Max(link => link.Version);

        // The entries may have been read after the record was: only what is read now can be behind.
        if (whole && (head is null || head.Version < last))
            head = await records.ReadAsync(key, session: null, cancellation) is { } stored ? new Head(key, stored.Version, stored.Hash) : null;

        var (count, previous) = (0, whole ? "" : null);
        for (var version = whole ? 1 : links.Min(link => link.Version); version <= Math.Max(last, head?.Version ?? 0); version++)
        {
            if (!present.TryGetValue(version, out var link))
            {
                if (await log.FindAsync(key, version, cancellation) is not { } pending)
                    return (count, Broken(version, "missing"));
                link = ChainLink.Of(pending, key);
            }

            count++;
            if (link.Fault is not null)
                return (count, Broken(version, link.Fault));
            if (previous is not null && link.PrevHash != previous)
                return (count, Broken(version, "broken-link"));
            previous = link.Hash;
        }

        return (count, !whole ? null
            : head is null ? Broken(last, "record-missing")
            : head.Version < last ? Broken(last, "record-behind")
            : head.Hash != previous ? Broken(head.Version, "record-differs")
            : null);

        BrokenEntry Broken(int version, string reason) => new(key.Collection, key.Id, version, reason);
    }

    /// <summary>Two sequences in the order of records as one, each record once.</summary>
    private static async IAsyncEnumerable<(RecordKey Key, List<ChainLink> Links, Head? Head)> JoinAsync(IAsyncEnumerable<Chain> chains, IAsyncEnumerable<Head> heads)
    {
        await using var chain = chains.GetAsyncEnumerator();
        await using var head = heads.GetAsyncEnumerator();
        var (hasChain, hasHead) = (await chain.MoveNextAsync(), await head.MoveNextAsync());
        while (hasChain || hasHead)
        {
            var order = !hasHead ? -1 : !hasChain ? 1 : string.CompareOrdinal(chain.Current.Key.Path, head.Current.Key.Path);
            yield return order switch
            {
                < 0 => (chain.Current.Key, chain.Current.Links, null),
                > 0 => (head.Current.Key, [], head.Current),
                _ => (head.Current.Key, chain.Current.Links, head.Current),
            };
            if (order <= 0)
                hasChain = await chain.MoveNextAsync();
            if (order >= 0)
                hasHead = await head.MoveNextAsync();
        }
    }

    private async IAsyncEnumerable<Chain> ChainsAsync(string tenantId, DateTimeOffset? from, DateTimeOffset? to, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var query = new QueryDefinition("SELECT * FROM c WHERE c.tenantId = @tenant AND IS_DEFINED(c.record) AND c.occurredAt >= @from AND c.occurredAt <= @to ORDER BY c.record")
            .WithParameter("@tenant", tenantId)
            .WithParameter("@from", from is null ? "" : UtcTimeConverter.Format(from.Value))
            .WithParameter("@to", to is null ? "9999" : UtcTimeConverter.Format(to.Value));
        Chain? chain = null;
        await foreach (var row in containers.History.RowsAsync(query, new PartitionKeyBuilder().Add(tenantId).Build(), charge, cancellation: cancellation))
        {
            var document = (JsonObject)row.ToNode()!;
            var path = document["record"]!.ToString();
            if (chain?.Key.Path != path)
            {
                if (chain is not null)
                    yield return chain;
                var slash = path.IndexOf('/', StringComparison.Ordinal);
                chain = new Chain(new RecordKey(tenantId, path[..Math.Max(slash, 0)], path[(slash + 1)..]), []);
            }

            chain.Links.Add(ChainLink.Of(document, chain.Key));
        }

        if (chain is not null)
            yield return chain;
    }

    private async IAsyncEnumerable<Head> HeadsAsync(string tenantId, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // In the order that their paths have: stock-items/1 is before stock/1.
        foreach (var collection in catalog.All.Select(type => type.Collection).OrderBy(name => name + "/", StringComparer.Ordinal))
        {
            var query = new QueryDefinition("SELECT c.recordId, c.version, c.hash FROM c WHERE c.tenantId = @tenant AND c.entity = @entity AND c.kind IN ('record', 'tombstone') AND IS_DEFINED(c.recordId) ORDER BY c.recordId")
                .WithParameter("@tenant", tenantId).WithParameter("@entity", collection);
            await foreach (var row in containers.Records.RowsAsync(query, new PartitionKeyBuilder().Add(tenantId).Add(collection).Build(), charge, cancellation: cancellation))
                yield return new Head(new RecordKey(tenantId, collection, row.GetProperty("recordId").GetString()!), row.GetProperty("version").GetInt32(), row.GetProperty("hash").GetString()!);
        }
    }
}
