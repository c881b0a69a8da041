using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities.Changes;
using Crm.Entities.Storage;
using Crm.Platform;
using Crm.Platform.Json;

namespace Crm.Entities;

/// <summary>Records as they were in the last 30 days: their present state with later changes undone. Repeated and stale requests are answered from it.</summary>
public sealed class PastStates(RecordStore records, CallContext call)
{
    /// <summary>The answer to a request that was done before, or null.</summary>
    public async Task<Result<RecordReply>?> ReplayAsync(EntityType type, RecordKey key, IdempotencyKey request, CancellationToken cancellation)
    {
        if (await records.ReadIdempotencyAsync(key, IdOf(request), cancellation) is not { } done)
            return null;
        if (done.Fingerprint != request.Fingerprint)
            return new KeyReused();

        return await StateAtAsync(type, key, done.Version, cancellation) is { } state
            ? new RecordReply(type, JsonSerializer.SerializeToElement(state, CrmJson.Options), Hidden(type), done.Status == 201, Replayed: true)
            : new NotFound();
    }

    /// <summary>What a request with a key is written down as.</summary>
    public Idempotency Written(IdempotencyKey key, bool created, int version) => new(IdOf(key), key.Fingerprint, created ? 201 : 200, version);

    /// <summary>The answer to a stale write: what it wanted, what is there now, and what the client had read, for each field both changed.</summary>
    public async Task<Stale> StaleAsync(
        EntityType type, RecordKey key, StoredRecord stored, IfMatch condition, JsonObject wanted, IReadOnlyCollection<string> named, CancellationToken cancellation)
    {
        var current = (JsonObject)stored.Data.ToNode()!;
        var clashes = new List<Clash>();
        var read = condition.Tags.Select(tag => int.TryParse(tag.Trim('"'), out var version) ? version : 0).FirstOrDefault(version => version > 0 && version < stored.Version);
        if (read > 0 && await StateAtAsync(type, key, read, cancellation) is { } known)
        {
            clashes.AddRange(named
                .Where(name => type.Fields.TryGetValue(name, out var field) && !field.ServerSet && !Hidden(type).Contains(name))
                .Where(name => !JsonNode.DeepEquals(current[name], known[name]) && !JsonNode.DeepEquals(current[name], wanted[name]))
                .Select(name => new Clash($"#/{name}", wanted[name]?.DeepClone(), current[name]?.DeepClone(), known[name]?.DeepClone())));
        }

        return new Stale(EntityTag.Of(stored.Version), clashes);
    }

    /// <summary>A record as it was at a version of the last 30 days: its present state with the later changes undone.</summary>
    private async Task<JsonObject?> StateAtAsync(EntityType type, RecordKey key, int version, CancellationToken cancellation)
    {
        if (await records.ReadAsync(key, session: null, cancellation) is not { } stored)
            return null;

        var state = stored.IsTombstone ? [] : (JsonObject)stored.Data.ToNode()!;
        if (stored.Version == version)
            return stored.IsTombstone ? null : state;

        var changes = await records.ChangesAfterAsync(key, version - 1, cancellation);
        foreach (var change in changes.Where(change => change.Version > version))
            state = Diff.Undo(state, change);
        if (changes.FirstOrDefault(change => change.Version == version) is not { } made)
            return null;

        state["id"] = key.Id;
        state["type"] = type.Collection;
        state["version"] = version;
        state["etag"] = EntityTag.Of(version);
        state["updatedAt"] = UtcTimeConverter.Format(made.OccurredAt);
        state["updatedBy"] = JsonSerializer.SerializeToNode(made.Actor, CrmJson.Options);
        return state;
    }

    private IReadOnlySet<string> Hidden(EntityType type) => call.Caller.Permissions.Hidden(type.Collection);

    private string IdOf(IdempotencyKey key) => "idem:" + Ids.Digest(call.Caller.TenantId, call.Caller.Actor.Id, key.Scope, key.Key);
}
