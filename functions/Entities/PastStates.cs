using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities.Changes;
using Crm.Entities.Storage;
using Crm.Platform;
using Crm.Platform.Json;

namespace Crm.Entities;

/// <summary>Records as they were: their present state with the later changes undone. Repeated and stale requests are answered from it too.</summary>
public sealed class PastStates(RecordStore records, ChangeLog log, CallContext call)
{
    /// <summary>The answer to a request that was done before, or null.</summary>
    public async Task<Result<RecordReply>?> ReplayAsync(EntityType type, RecordKey key, IdempotencyKey request, CancellationToken cancellation)
    {
        if (await records.ReadBesideAsync<Idempotency>(key, IdOf(request), cancellation) is not { } done)
            return null;
        if (done.Fingerprint != request.Fingerprint)
            return new KeyReused();

        return await records.ReadAsync(key, session: null, cancellation) is { } stored && await AtVersionAsync(type, key, stored, done.Version, cancellation) is { } state
            ? new RecordReply(type, JsonSerializer.SerializeToElement(state, CrmJson.Options), Hidden(type), done.Status, Replayed: true)
            : new NotFound();
    }

    /// <summary>What a request with a key is written down as.</summary>
    public Idempotency Written(IdempotencyKey key, int status, int version) => new(IdOf(key), key.Fingerprint, status, version);

    /// <summary>The answer to a stale write: what it wanted, what is there now, and what the client had read, for each field both changed.</summary>
    public async Task<Stale> StaleAsync(
        EntityType type, RecordKey key, StoredRecord stored, IfMatch condition, JsonObject wanted, IReadOnlyCollection<string> named, CancellationToken cancellation)
    {
        var current = (JsonObject)stored.Data.ToNode()!;
        var clashes = new List<Clash>();
        var read = condition.Tags.Select(tag => int.TryParse(tag.Trim('"'), out var version) ? version : 0).FirstOrDefault(version => version > 0 && version < stored.Version);
        if (read > 0 && await AtVersionAsync(type, key, stored, read, cancellation) is { } known)
        {
            clashes.AddRange(named
                .Where(name => type.Fields.TryGetValue(name, out var field) && !field.ServerSet && !Hidden(type).Contains(name))
                .Where(name => !JsonNode.DeepEquals(current[name], known[name]) && !JsonNode.DeepEquals(current[name], wanted[name]))
                .Select(name => new Clash($"#/{name}", wanted[name]?.DeepClone(), current[name]?.DeepClone(), known[name]?.DeepClone())));
        }

        return new Stale(EntityTag.Of(stored.Version), clashes);
    }

    /// <summary>A record as a version left it; null where that version deleted it, or there was none.</summary>
    /// <param name="stored">As it is now.</param>
    public async Task<JsonObject?> AtVersionAsync(EntityType type, RecordKey key, StoredRecord stored, int version, CancellationToken cancellation) =>
        stored.Version == version && !stored.IsTombstone
            ? (JsonObject)stored.Data.ToNode()!
            : await AtAsync(type, key, stored, change => change.Version <= version, version - 1, cancellation);

    /// <summary>A record as it was at a time; null where it was deleted then, or not there yet, or where a change since is lost.</summary>
    /// <param name="stored">As it is now.</param>
    public Task<JsonObject?> AtTimeAsync(EntityType type, RecordKey key, StoredRecord stored, DateTimeOffset time, CancellationToken cancellation) =>
        AtAsync(type, key, stored, change => change.OccurredAt <= time, 0, cancellation);

    /// <summary>Changes of a record with what each left it as, in one walk: null where it deleted it. A change that is lost, or older than a lost one, is not in the answer.</summary>
    /// <param name="stored">As it is now.</param>
    /// <param name="versions">Those asked for.</param>
    public async Task<IReadOnlyDictionary<int, (Change Change, JsonObject? State)>> AtVersionsAsync(
        EntityType type, RecordKey key, StoredRecord stored, IReadOnlySet<int> versions, CancellationToken cancellation) =>
        await BackAsync(key, stored, versions.Min() - 1, cancellation)
            .Where(step => versions.Contains(step.Change.Version))
            .ToDictionaryAsync(step => step.Change.Version, step => (step.Change, Left(step.Change, step.State, type, key)), cancellationToken: cancellation);

    /// <param name="isIn">Whether a change is part of the wanted state; of older ones it is never asked.</param>
    /// <param name="after">The version after which changes are of interest.</param>
    private async Task<JsonObject?> AtAsync(EntityType type, RecordKey key, StoredRecord stored, Func<Change, bool> isIn, int after, CancellationToken cancellation) =>
        await BackAsync(key, stored, after, cancellation).FirstOrDefaultAsync(step => isIn(step.Change), cancellation) is { Change: { } change, State: var state } ? Left(change, state, type, key) : null;

    /// <summary>The changes of a record after a version, newest first, each with the fields that it left.</summary>
    private async IAsyncEnumerable<(Change Change, JsonObject State)> BackAsync(RecordKey key, StoredRecord stored, int after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var state = stored.IsTombstone ? [] : (JsonObject)stored.Data.ToNode()!;
        var next = stored.Version;
        await foreach (var change in log.NewestFirstAsync(key, after, cancellation))
        {
            // Written since the record was read: there is nothing of it to undo.
            if (change.Version > stored.Version)
                continue;
            if (change.Version != next--)
                yield break;

            yield return (change, state);
            state = Diff.Undo(state, change);
        }
    }

    private static JsonObject? Left(Change change, JsonObject state, EntityType type, RecordKey key) => change.Action == Change.Delete ? null : Stamped(state, type, key, change);

    /// <summary>A state with the members that no change tells, because they follow from it.</summary>
    private static JsonObject Stamped(JsonObject state, EntityType type, RecordKey key, Change made)
    {
        state["id"] = key.Id;
        state["type"] = type.Collection;
        state["version"] = made.Version;
        state["etag"] = EntityTag.Of(made.Version);
        state["updatedAt"] = UtcTimeConverter.Format(made.OccurredAt);
        state["updatedBy"] = JsonSerializer.SerializeToNode(made.Actor, CrmJson.Options);
        return state;
    }

    private IReadOnlySet<string> Hidden(EntityType type) => call.Caller.Permissions.Hidden(type.Collection);

    private string IdOf(IdempotencyKey key) => "idem:" + Ids.Digest(call.Caller.TenantId, call.Caller.Actor.Id, key.Scope, key.Key);
}
