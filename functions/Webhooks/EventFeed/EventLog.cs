using System.Text.Json;
using Crm.Platform.Cosmos;
using Crm.Platform.Json;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Caching.Memory;

namespace Crm.Webhooks.EventFeed;

/// <summary>
/// The events of tenants, each tenant's in one order. The order is that of writing, not of time stamps: a change that commits late, or that the feed brings late, comes
/// after what a reader has seen and never before it. Written by conditional writes alone, from any number of instances.
/// </summary>
public sealed class EventLog(KeyDocuments documents, CrmContainers containers, IMemoryCache cache, RequestCharge charge, TimeProvider time)
{
    /// <summary>How long events are kept at least.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private const int Attempts = 100;

    /// <summary>As many segments as the events of a batch of the feed may fill: what was written of it is found in them when it comes again.</summary>
    private const int Recent = 4;

    /// <summary>Each new segment takes two old ones away, so that none is left over.</summary>
    private const int Trimmed = 2;

    private static readonly TimeSpan HintKept = TimeSpan.FromMinutes(10);

    /// <summary>Adds events at the end, in their order. What is among the latest already is not added again.</summary>
    public async Task AppendAsync(string tenantId, IReadOnlyList<LoggedEvent> events, CancellationToken cancellation)
    {
        var hint = $"event-log:{tenantId}";
        var number = cache.TryGetValue(hint, out long known) ? known : await LatestAsync(tenantId, cancellation);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var (end, tag) = await EndAsync(tenantId, number, cancellation);
            if (end is null && number > 0)
            {
                // Another instance has gone on and taken it away.
                number = await LatestAsync(tenantId, cancellation);
                continue;
            }

            number = end?.Number ?? 0;
            List<LoggedEvent> left = [.. events.ExceptBy(await RecentAsync(tenantId, end, cancellation), logged => logged.Place)];
            if (left.Count == 0 || await AddAsync(tenantId, end, tag, left, cancellation) == left.Count)
            {
                cache.Set(hint, number, HintKept);
                return;
            }
        }

        throw new InvalidOperationException($"The event log of {tenantId} is being changed over and over.");
    }

    /// <summary>A segment, or null where it is not there: not yet, or no longer.</summary>
    public async Task<EventSegment?> FindAsync(string tenantId, long number, CancellationToken cancellation) =>
        (await documents.FindAsync<EventSegment>(tenantId, EventSegment.ScopeName, EventSegment.IdOf(number), cancellation))?.Document;

    /// <summary>The first segment there is; null where nothing has been written.</summary>
    public async Task<EventSegment?> OldestAsync(string tenantId, CancellationToken cancellation) =>
        await QueryAsync(tenantId, "TOP 1 *", "ASC", cancellation) is [var row] ? row.Deserialize<EventSegment>(CrmJson.Options) : null;

    /// <returns>How many were added.</returns>
    private async Task<int> AddAsync(string tenantId, EventSegment? end, string tag, List<LoggedEvent> events, CancellationToken cancellation)
    {
        if (end is { IsFull: false })
        {
            var room = Math.Min(EventSegment.Most - end.Events.Count, events.Count);
            return await documents.ReplaceAsync(end with { Events = [.. end.Events, .. events.Take(room)] }, tag, cancellation) ? room : 0;
        }

        var begun = EventSegment.New(tenantId, (end?.Number ?? 0) + 1, [.. events.Take(EventSegment.Most)]);
        if (!await documents.CreateAsync(begun, cancellation))
            return 0;

        await TrimAsync(tenantId, begun.Number, cancellation);
        return begun.Events.Count;
    }

    /// <summary>The last segment, looked for from one that there was.</summary>
    private async Task<(EventSegment? Segment, string Tag)> EndAsync(string tenantId, long from, CancellationToken cancellation)
    {
        (EventSegment? Segment, string Tag) end = (null, "");
        for (var number = Math.Max(from, 1); end.Segment is null or { IsFull: true }; number++)
        {
            if (await documents.FindAsync<EventSegment>(tenantId, EventSegment.ScopeName, EventSegment.IdOf(number), cancellation) is not var (found, tag))
                break;
            end = (found, tag);
        }

        return end;
    }

    /// <summary>The events of the last segment and of those before it.</summary>
    private async Task<IEnumerable<(string, string, int, int)>> RecentAsync(string tenantId, EventSegment? end, CancellationToken cancellation)
    {
        var before = Enumerable.Range(1, Recent - 1).Select(back => (end?.Number ?? 0) - back).Where(number => number > 0);
        var segments = await Task.WhenAll(before.Select(number => FindAsync(tenantId, number, cancellation)));
        return segments.Append(end).SelectMany(segment => segment?.Events ?? []).Select(logged => logged.Place);
    }

    /// <summary>Takes the oldest away, in their order, once all their events are too old; never the last.</summary>
    private async Task TrimAsync(string tenantId, long latest, CancellationToken cancellation)
    {
        var oldest = time.GetUtcNow() - Kept - TimeSpan.FromDays(1);
        foreach (var row in await QueryAsync(tenantId, $"TOP {Trimmed} *", "ASC", cancellation))
        {
            var segment = row.Deserialize<EventSegment>(CrmJson.Options)!;
            if (segment.Number >= latest || segment.Events.Any(kept => kept.OccurredAt >= oldest))
                return;
            await documents.DeleteAsync(segment, tag: null, cancellation);
        }
    }

    private async Task<long> LatestAsync(string tenantId, CancellationToken cancellation) =>
        await QueryAsync(tenantId, "TOP 1 *", "DESC", cancellation) is [var row] ? row.Deserialize<EventSegment>(CrmJson.Options)!.Number : 0;

    private async Task<IReadOnlyList<JsonElement>> QueryAsync(string tenantId, string select, string order, CancellationToken cancellation)
    {
        var query = new QueryDefinition($"SELECT {select} FROM c WHERE c.tenantId = @tenant AND c.scope = @scope ORDER BY c.id {order}")
            .WithParameter("@tenant", tenantId).WithParameter("@scope", EventSegment.ScopeName);
        return await containers.Keys.RowsAsync(query, new PartitionKeyBuilder().Add(tenantId).Add(EventSegment.ScopeName).Build(), charge, latest: true, cancellation).ToListAsync(cancellation);
    }
}
