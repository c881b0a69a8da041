using System.Diagnostics.Metrics;
using System.Text.Json;
using Crm.Entities;
using Crm.Entities.Changes;
using Crm.Entities.Schema;
using Crm.Entities.Storage;
using Crm.Entities.Writing;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.ChangeFeed;
using Crm.Platform.Json;
using Crm.Platform.Telemetry;
using Microsoft.Extensions.Logging;

namespace Crm.History;

/// <summary>
/// Mends references whose target was deleted at the very moment they were written: neither request could see the other. It looks both ways, at who
/// refers to what a change deleted and at whether what a change refers to is there, so that whichever commits later finds the earlier one.
/// A holder that goes with its target is deleted. Else the reference is taken out of its holder, whatever its rule: where a deletion would have been
/// refused, it is too late to refuse it. A reference that its holder cannot be without stays, is counted and logged.
/// </summary>
public sealed partial class RepairReferences(
    EntityCatalog catalog, RecordStore records, References references, SystemCalls system, FeedLag lag, TimeProvider time, ILogger<RepairReferences> logger)
{
    /// <summary>Of each reference to a deleted record. They are the writes of a few milliseconds.</summary>
    private const int MostReferrers = 1_000;

    private static readonly Counter<long> Dangling = CrmTelemetry.Meter.CreateCounter<long>(
        "crm.references.dangling", description: "References to deleted records that their holders cannot be without.");

    /// <exception cref="InvalidOperationException">A holder is being written over and over: the batch has to come again.</exception>
    public async Task RunAsync(IReadOnlyList<FeedChange> changes, CancellationToken cancellation)
    {
        if (changes.Count == 0)
            return;

        foreach (var deletion in changes.Where(change => change.Change.Action == Change.Delete))
            await RepairReferrersAsync(deletion, cancellation);
        foreach (var tenant in changes.Where(change => change.Change.Action != Change.Delete).SelectMany(Added).GroupBy(added => added.Cause.TenantId))
            await RepairAddedAsync(tenant.Key, [.. tenant], cancellation);

        lag.Done(nameof(RepairReferences), changes.Max(change => change.OccurredAt), time.GetUtcNow());
    }

    /// <summary>A reference, and the change that brings it up.</summary>
    private readonly record struct Held(Change Cause, EntityType Holder, string Id, ReferencePath Path, RecordRef Target);

    private async Task RepairReferrersAsync(FeedChange deletion, CancellationToken cancellation)
    {
        if (await records.ReadLatestAsync(deletion.Key, cancellation) is { IsTombstone: false })
            return;

        foreach (var rule in Enum.GetValues<OnDelete>())
        {
            foreach (var (holder, path, ids) in await references.ReferrersAsync(deletion.Key, rule, MostReferrers, cancellation))
            {
                foreach (var id in ids)
                    await RepairAsync(new Held(deletion.Change, holder, id, path, deletion.Key.Reference), cancellation);
            }
        }
    }

    private async Task RepairAddedAsync(string tenantId, IReadOnlyCollection<Held> added, CancellationToken cancellation)
    {
        var live = await records.ReadManyAsync(tenantId, added.Select(held => held.Target).ToHashSet(), cancellation);
        foreach (var held in added.Where(held => !live.ContainsKey(held.Target)))
        {
            if (await records.ReadLatestAsync(new RecordKey(tenantId, held.Target.Collection, held.Target.Id), cancellation) is null or { IsTombstone: true })
                await RepairAsync(held, cancellation);
        }
    }

    /// <summary>The references that a change put into its record.</summary>
    private IEnumerable<Held> Added(FeedChange change)
    {
        // An entity of a newer version of the app is for that version to look after.
        if (catalog.All.FirstOrDefault(type => type.Collection == change.Key.Collection) is not { } type)
            return [];

        var (before, after) = Diff.Sides(change.Change);
        var (was, now) = (JsonSerializer.SerializeToElement(before, CrmJson.Options), JsonSerializer.SerializeToElement(after, CrmJson.Options));
        return
            from path in type.References
            from target in path.In(now).Select(named => named.Target).Except(path.In(was).Select(named => named.Target))
            select new Held(change.Change, type, change.Change.RecordId, path, target);
    }

    private async Task RepairAsync(Held held, CancellationToken cancellation)
    {
        var (cause, holder, id, path, target) = held;
        var present = await records.ReadLatestAsync(new RecordKey(cause.TenantId, holder.Collection, id), cancellation);
        if (present is null or { IsTombstone: true } || !path.In(present.Data).Any(named => named.Target == target))
            return;

        var goesWithIt = path.Reference.OnDelete == OnDelete.Cascade;
        if (goesWithIt || !holder.IsRequired(path))
        {
            var repaired = await system.RunAsync<EntityService, Result<RecordReply>>(
                cause.TenantId, "repair-references", cause.RequestId, cause.TraceParent, entities => goesWithIt
                    ? entities.DeleteAsync(holder.Collection, id, new WriteOptions(new IfMatch(true, [])), cancellation)
                    : entities.UnlinkAsync(holder, id, path, target, cancellation));
            switch (repaired.Error)
            {
                case null or NotFound:
                    return;
                case Conflict or Stale or Busy:
                    throw new InvalidOperationException($"{holder.Collection}/{id} could not be repaired yet: {repaired.Error.Detail}");
            }
        }

        Dangling.Add(1, new KeyValuePair<string, object?>("reference", $"{holder.Collection}.{path.Name}"));
        Log.Dangling(logger, cause.TenantId, holder.Collection, id, path.Name, target.Collection, target.Id);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "In {TenantId}, {Entity}/{RecordId} refers in {Field} to {Target}/{TargetId}, which is deleted, and cannot be without")]
        public static partial void Dangling(ILogger logger, string tenantId, string entity, string recordId, string field, string target, string targetId);
    }
}
