using Crm.Entities;
using Crm.Entities.Changes;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Crm.Platform.Paging;
using Microsoft.AspNetCore.Http;

namespace Crm.Webhooks.EventFeed;

/// <summary>
/// Reads a tenant's event log as its caller may: events of records that they may not read are left out, and so are fields. What one call has left out or shown, the
/// position is behind.
/// </summary>
public sealed class ReadEvents(EventLog log, EventBodies bodies, EntityCatalog catalog, SignedTexts texts, CallContext call, TimeProvider time)
{
    /// <summary>Where few are for the caller, so many are looked at before the search is handed back.</summary>
    private const int MostSegments = 20;

    /// <summary>A change that cannot be read for so long is lost, and nothing waits for it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    private string TenantId => call.Caller.TenantId;

    public async Task<Result<EventPage>> RunAsync(HttpRequest request, CancellationToken cancellation)
    {
        var query = new QueryParameters(request, "after", "types", "maxpagesize");
        var (after, types, size) = (query.Text("after"), Types(query), query.PageSize());
        var from = after is null ? null : EventPosition.Read(after, texts, TenantId);
        if (after is not null && from is null)
            query.Refuse("after", "invalid-position", "is not a position of this feed; send one unchanged, or none to begin with the oldest event");
        if (query.Error is { } error)
            return error;

        if (await FirstAsync(from, cancellation) is not var (segment, position))
            return await ExpiredAsync(cancellation);

        var found = new List<byte[]>();
        for (var segments = 1; segment is not null; segments++)
        {
            position = await AddAsync(found, segment, position, types, size, cancellation);
            if (position.Events < segment.Events.Count)
                return Page(request, found, position, more: found.Count == size);
            if (!segment.IsFull || await log.FindAsync(TenantId, segment.Number + 1, cancellation) is not { } next)
                break;
            if (found.Count == size || segments == MostSegments)
                return Page(request, found, position, more: true);

            (segment, position) = (next, new EventPosition(next.Number, 0));
        }

        return Page(request, found, position, more: false);
    }

    /// <summary>The segment to begin with, null where nothing is written yet, and the position in it; null where the position is of a segment that is gone.</summary>
    private async Task<(EventSegment? Segment, EventPosition Position)?> FirstAsync(EventPosition? from, CancellationToken cancellation)
    {
        if (from is null)
        {
            var oldest = await log.OldestAsync(TenantId, cancellation);
            return (oldest, oldest is null ? EventPosition.Start : new EventPosition(oldest.Number, 0));
        }

        if (await log.FindAsync(TenantId, from.Value.Segment, cancellation) is { } segment)
            return (segment, from.Value);
        if (from.Value.Events == EventSegment.Most && await log.FindAsync(TenantId, from.Value.Segment + 1, cancellation) is { } next)
            return (next, new EventPosition(next.Number, 0));

        return from == EventPosition.Start && await log.OldestAsync(TenantId, cancellation) is null ? (null, from.Value) : null;
    }

    private async Task<Expired> ExpiredAsync(CancellationToken cancellation)
    {
        var oldest = await log.OldestAsync(TenantId, cancellation);
        var position = oldest is null ? EventPosition.Start : new EventPosition(oldest.Number, 0);
        return new Expired(
            "position-expired",
            $"The events behind this position are no longer held: they are kept for {EventLog.Kept.TotalDays:0} days. Go on from the oldest position, and read what you keep of records again.",
            position.Write(texts, TenantId));
    }

    /// <summary>Adds what the caller may read of a segment; answers how far it came.</summary>
    private async Task<EventPosition> AddAsync(
        List<byte[]> found, EventSegment segment, EventPosition position, IReadOnlyList<string>? types, int size, CancellationToken cancellation)
    {
        while (found.Count < size && position.Events < segment.Events.Count)
        {
            var room = size - found.Count;
            var wanted = segment.Events.Index().Skip(position.Events).Where(logged => Wants(logged.Item, types)).Take(room).ToList();
            var readings = await bodies.ReadAsync(call.Caller.Permissions, [.. wanted.Select(logged => logged.Item.In(TenantId))], cancellation);
            foreach (var ((index, logged), reading) in wanted.Zip(readings))
            {
                // What cannot be seen from here yet must not be passed over.
                if (reading.State == EventState.NotYet && time.GetUtcNow() - logged.OccurredAt < Patience)
                    return position with { Events = index };
                if (reading.Body is { } body)
                    found.Add(body);
            }

            position = position with { Events = wanted.Count < room ? segment.Events.Count : wanted[^1].Index + 1 };
        }

        return position;
    }

    private bool Wants(LoggedEvent logged, IReadOnlyList<string>? types) =>
        (types is null || types.Include(logged.Type)) && call.Caller.Permissions.Scope(Right.Read, logged.Entity) != GrantScope.None;

    private string[]? Types(QueryParameters query)
    {
        var types = query.Text("types")?.Split(',');
        foreach (var refusal in (types ?? []).Select(type => EventTypes.Refusal(type, catalog)).OfType<string>())
            query.Refuse("types", "no-such-type", refusal);
        return types;
    }

    private EventPage Page(HttpRequest request, IReadOnlyList<byte[]> found, EventPosition position, bool more)
    {
        var text = position.Write(texts, TenantId);
        return new EventPage(found, text, more ? NextLinks.From(request.Url(), request.Query, text, "after") : null);
    }
}
