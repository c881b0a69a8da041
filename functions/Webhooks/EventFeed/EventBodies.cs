using System.Collections.Concurrent;
using Crm.Entities;
using Crm.Entities.Changes;
using Crm.Entities.Storage;
using Crm.Platform.Auth;

namespace Crm.Webhooks.EventFeed;

/// <summary>Many events at once as somebody may read them: each record is read once, however many of its events there are.</summary>
public sealed class EventBodies(EntityCatalog catalog, RecordStore records, PastStates past)
{
    private const int RecordsAtOnce = 16;

    /// <summary>One reading for each event, in their order.</summary>
    public async Task<IReadOnlyList<EventReading>> ReadAsync(Permissions permissions, IReadOnlyList<RecordEvent> events, CancellationToken cancellation)
    {
        var read = new ConcurrentDictionary<RecordEvent, EventReading>();
        await Parallel.ForEachAsync(
            events.GroupBy(told => told.Key), new ParallelOptions { MaxDegreeOfParallelism = RecordsAtOnce, CancellationToken = cancellation }, async (record, stop) =>
            {
                foreach (var (told, reading) in await OfRecordAsync(permissions, record.Key, [.. record], stop))
                    read[told] = reading;
            });
        return [.. events.Select(told => read[told])];
    }

    private async Task<IEnumerable<(RecordEvent, EventReading)>> OfRecordAsync(Permissions permissions, RecordKey key, IReadOnlyList<RecordEvent> events, CancellationToken cancellation)
    {
        if (catalog.Exposed(key.Collection) is not { } type)
            return events.Select(told => (told, new EventReading(EventState.Unreadable)));
        if (await records.ReadLatestAsync(key, cancellation) is not { } stored)
            return events.Select(told => (told, new EventReading(EventState.NotYet)));

        // Of a deletion, the record before it is asked for.
        var versions = events.SelectMany(told => new[] { told.Version, told.Version - 1 }).Where(version => version > 0).ToHashSet();
        var states = await past.AtVersionsAsync(type, key, stored, versions, cancellation);
        var hidden = permissions.Hidden(key.Collection);
        return events.Select(told => (told, Reading(told)));

        EventReading Reading(RecordEvent told)
        {
            if (!states.TryGetValue(told.Version, out var at))
                return new(EventState.NotYet);

            var state = at.Change.Action == Change.Delete ? states.GetValueOrDefault(told.Version - 1).State : at.State;
            return permissions.Allows(type, stored, state) ? new(EventState.Ready, CloudEvents.Of(told, at.Change, state, hidden)) : new(EventState.Unreadable);
        }
    }
}
