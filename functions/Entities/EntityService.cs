using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities.Changes;
using Crm.Entities.Schema;
using Crm.Entities.Storage;
using Crm.Entities.Writing;
using Crm.Platform;
using Crm.Platform.Json;
using Crm.Tenants;

namespace Crm.Entities;

/// <summary>
/// Creates, reads, replaces, patches and deletes records of every entity. The one path all access takes: tenant, rules, unique values,
/// references, history and idempotency are seen to here and nowhere else.
/// </summary>
public sealed class EntityService(
    EntityCatalog catalog, RecordStore records, References references, UniqueValues uniques, TenantDirectory tenants, CallContext call, TimeProvider time)
{
    /// <summary>How often a write with If-Match: * is tried again when another gets in between.</summary>
    private const int Attempts = 5;

    /// <summary>Reads one record.</summary>
    /// <param name="session">The Consistency-Token of a write that must be seen.</param>
    public async Task<Result<RecordReply>> ReadAsync(string collection, string id, string? session, CancellationToken cancellation)
    {
        if (Locate(collection, id) is not var (type, key))
            return new NotFound();

        return await records.ReadAsync(key, session, cancellation) is { IsTombstone: false } record
            ? new RecordReply(type, record.Data, Session: record.Session)
            : new NotFound();
    }

    /// <summary>Creates a record.</summary>
    public async Task<Result<RecordReply>> CreateAsync(string collection, JsonElement body, WriteOptions options, CancellationToken cancellation)
    {
        if (catalog.Exposed(collection) is not { } type)
            return NotFound.Collection(collection);

        // A repeated request finds the record of the first under the same id.
        var id = options.Key is { } key ? Ids.From(call.Caller.TenantId, call.Caller.Actor.Id, key.Scope, key.Key) : Ids.New(time.GetUtcNow());
        var binder = new BodyBinder(type);
        var fields = binder.Create(body);
        return binder.Errors.Count > 0
            ? new Invalid(binder.Errors)
            : await CreateAsync(type, id, fields, options, cancellation);
    }

    /// <summary>Creates a record under an id the app chooses.</summary>
    internal async Task<Result<RecordReply>> CreateAsync(EntityType type, string id, JsonObject fields, WriteOptions options, CancellationToken cancellation)
    {
        var write = new Write(type, new RecordKey(call.Caller.TenantId, type.Collection, id), null, null, "create", null, options);
        return await ApplyAsync(write, fields, cancellation);
    }

    /// <summary>Replaces the writable part of a record.</summary>
    public Task<Result<RecordReply>> ReplaceAsync(string collection, string id, JsonElement body, WriteOptions options, CancellationToken cancellation) =>
        UpdateAsync(collection, id, "update", null, options, (binder, current) => binder.Replace(body, current), Named(body), cancellation);

    /// <summary>Changes the fields that a merge patch names.</summary>
    public Task<Result<RecordReply>> PatchAsync(string collection, string id, JsonElement patch, WriteOptions options, CancellationToken cancellation) =>
        UpdateAsync(collection, id, "update", null, options, (binder, current) => binder.Patch(patch, current), Named(patch), cancellation);

    /// <summary>Changes a record in an action that has a name of its own, such as <c>reopen</c>. If-Match is optional.</summary>
    /// <param name="change">The record as it shall be; the entity's rules then apply as in any write.</param>
    public Task<Result<RecordReply>> ActAsync<T>(string id, string action, WriteOptions options, Func<T, T> change, CancellationToken cancellation) where T : Entity
    {
        var type = catalog.Of<T>();
        var condition = options with { IfMatch = options.IfMatch ?? new IfMatch(true, []) };
        return UpdateAsync(type.Collection, id, action, action, condition, (_, current) => type.Serialize(change((T)type.Deserialize(current))), [], cancellation);
    }

    /// <summary>Deletes a record: it becomes a tombstone, its unique values are free again.</summary>
    public async Task<Result<RecordReply>> DeleteAsync(string collection, string id, WriteOptions options, CancellationToken cancellation)
    {
        if (Locate(collection, id) is not var (type, key))
            return new NotFound();
        if (options.IfMatch is null)
            return new PreconditionRequired();

        for (var attempt = 1; ; attempt++)
        {
            if (await records.ReadAsync(key, session: null, cancellation) is not { IsTombstone: false } stored)
                return new NotFound();
            if (!options.IfMatch.Matches(stored.Version))
                return new Stale(EntityTag.Of(stored.Version), []);

            var restricting = await references.ReferrersAsync(key, OnDelete.Restrict, most: 3, cancellation);
            if (restricting.Count > 0)
                return new InUse([.. restricting.Select(referrers => $"{referrers.Holder.Collection} ({referrers.Path.Name}): {string.Join(", ", referrers.Ids)}")]);
            if (await UnlinkAsync(key, cancellation) is { } failure)
                return failure;

            var before = (JsonObject)stored.Data.ToNode()!;
            var now = time.GetUtcNow();
            var change = NewChange(key, stored, now, "delete", Diff.Between(type, before, null), [$"{type.Name}.deleted"]);
            var tombstone = RecordWriter.Write(key, type, change.Version, change.Hash, data: null);
            var (outcome, session) = await records.CommitAsync(key, stored, tombstone, change, idempotency: null, cancellation);
            if (outcome == CommitOutcome.Committed)
            {
                await uniques.ReleaseAsync(key, [.. UniqueValue.Of(type, before)], now, cancellation);
                return new RecordReply(type, stored.Data, Session: session);
            }

            if (attempt == Attempts || !options.IfMatch.Any)
                return new Stale(null, []);
        }
    }

    private async Task<Result<RecordReply>> UpdateAsync(
        string collection, string id, string verb, string? action, WriteOptions options,
        Func<BodyBinder, JsonObject, JsonObject> bind, IReadOnlyCollection<string> named, CancellationToken cancellation)
    {
        if (Locate(collection, id) is not var (type, key))
            return new NotFound();
        if (options.IfMatch is null)
            return new PreconditionRequired();

        for (var attempt = 1; ; attempt++)
        {
            var reading = records.ReadAsync(key, session: null, cancellation);
            if (options.Key is not null && await ReplayAsync(type, key, options.Key, cancellation) is { } replay)
                return replay;
            if (await reading is not { IsTombstone: false } stored)
                return new NotFound();

            var current = (JsonObject)stored.Data.ToNode()!;
            var binder = new BodyBinder(type);
            if (!options.IfMatch.Matches(stored.Version))
                return await StaleAsync(type, key, stored, options.IfMatch, bind(binder, current), named, cancellation);

            var fields = bind(binder, current);
            if (binder.Errors.Count > 0)
                return new Invalid(binder.Errors);

            var written = await ApplyAsync(new Write(type, key, stored, current, verb, action, options), fields, cancellation);
            if (written.Error is not Stale || !options.IfMatch.Any || attempt == Attempts)
                return written;
        }
    }

    /// <summary>Everything between the bound fields and the committed batch.</summary>
    private async Task<Result<RecordReply>> ApplyAsync(Write write, JsonObject fields, CancellationToken cancellation)
    {
        var (type, key) = (write.Type, write.Key);
        if (await tenants.FindAsync(key.TenantId, records, cancellation) is not { } tenant)
            return new NotFound("There is no such tenant.");

        var started = time.GetUtcNow();
        var before = write.Current is null ? null : type.Deserialize(write.Current);
        var context = new WriteContext(catalog, tenant, call.Caller, started, before, write.Action);
        var entity = type.Deserialize(fields);
        entity = entity with { Id = key.Id, OwnerId = entity.OwnerId ?? before?.OwnerId ?? call.Caller.UserId };
        if (before is null)
            entity = entity with { Type = type.Collection, CreatedAt = started, CreatedBy = call.Caller.Actor };

        entity = entity.WithDefaults(context);
        var unresolved = JsonSerializer.SerializeToElement(entity, type.Record, CrmJson.Options);
        await references.CheckAsync(type, unresolved, write.Stored?.Data ?? default, entity.Reads(context), context, cancellation);
        if (context.Errors.Count > 0)
            return new Invalid(context.Errors);

        entity = entity.Complete(context);
        if (context.Errors.Count > 0)
            return new Invalid(context.Errors);

        var next = type.Serialize(entity);
        if (Moves.Refused(type, write.Current, next, write.Action) is { } refused)
            return refused;

        var changes = Diff.Between(type, write.Current, next);
        if (write.Stored is not null && changes.Count == 0)
            return new RecordReply(type, write.Stored.Data, Session: write.Stored.Session);

        return await CommitAsync(write, context, entity, changes, cancellation);
    }

    private async Task<Result<RecordReply>> CommitAsync(Write write, WriteContext context, Entity entity, IReadOnlyList<FieldChange> changes, CancellationToken cancellation)
    {
        var (type, key) = (write.Type, write.Key);
        var created = write.Stored is null;
        string[] events = [$"{type.Name}.{(created ? "created" : "updated")}", .. context.Events.Select(verb => $"{type.Name}.{verb}")];
        var moved = changes.Any(change => type.Fields.TryGetValue(change.Path[1..], out var field) && field.States is not null);
        var action = created ? "create" : moved ? "stateChange" : write.Verb;
        var change = NewChange(key, write.Stored, context.Now, action, changes, events);
        entity = entity with { Version = change.Version, Etag = EntityTag.Of(change.Version), UpdatedAt = context.Now, UpdatedBy = call.Caller.Actor };
        var data = type.Serialize(entity);
        var document = RecordWriter.Write(key, type, change.Version, change.Hash, data);
        if (document.Length > RecordWriter.MaxBytes)
            return new TooLarge($"A record has at most {RecordWriter.MaxBytes / 1024} KiB; this one would have {document.Length / 1024}.");

        var (had, has) = (UniqueValue.Of(type, write.Current).ToHashSet(), UniqueValue.Of(type, data).ToHashSet());
        if (await uniques.ReserveAsync(type, key, [.. has.Except(had)], cancellation) is { } taken)
            return write.Options.Key is { } repeated && created && await ReplayAsync(type, key, repeated, cancellation) is { } replay ? replay : taken;
        if (time.GetUtcNow() - context.Now > UniqueValues.WriteLimit)
            return new Busy("The write took too long. Try again.", TimeSpan.FromSeconds(1));

        var idempotency = write.Options.Key is { } repeatable
            ? new Idempotency(IdempotencyId(repeatable), repeatable.Fingerprint, created ? 201 : 200, change.Version)
            : null;
        var (outcome, session) = await records.CommitAsync(key, write.Stored, document, change, idempotency, cancellation);
        switch (outcome)
        {
            case CommitOutcome.Committed:
                await uniques.ReleaseAsync(key, [.. had.Except(has)], context.Now, cancellation);
                return new RecordReply(type, JsonSerializer.SerializeToElement(data, CrmJson.Options), created, Session: session);
            case CommitOutcome.Exists when write.Options.Key is { } again && await ReplayAsync(type, key, again, cancellation) is { } replay:
                return replay;
            default:
                return created ? new Conflict("A record with this id exists.") : new Stale(null, []);
        }
    }

    /// <summary>The answer to a request that was done before, or null.</summary>
    private async Task<Result<RecordReply>?> ReplayAsync(EntityType type, RecordKey key, IdempotencyKey request, CancellationToken cancellation)
    {
        if (await records.ReadIdempotencyAsync(key, IdempotencyId(request), cancellation) is not { } done)
            return null;
        if (done.Fingerprint != request.Fingerprint)
            return new KeyReused();

        return await StateAtAsync(type, key, done.Version, cancellation) is { } state
            ? new RecordReply(type, JsonSerializer.SerializeToElement(state, CrmJson.Options), done.Status == 201, Replayed: true)
            : new NotFound();
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

    /// <summary>The answer to a stale write: what it wanted, what is there now, and what the client had read, for each field both changed.</summary>
    private async Task<Stale> StaleAsync(
        EntityType type, RecordKey key, StoredRecord stored, IfMatch condition, JsonObject wanted, IReadOnlyCollection<string> named, CancellationToken cancellation)
    {
        var current = (JsonObject)stored.Data.ToNode()!;
        var clashes = new List<Clash>();
        var read = condition.Tags.Select(tag => int.TryParse(tag.Trim('"'), out var version) ? version : 0).FirstOrDefault(version => version > 0 && version < stored.Version);
        if (read > 0 && await StateAtAsync(type, key, read, cancellation) is { } known)
        {
            clashes.AddRange(named
                .Where(name => type.Fields.TryGetValue(name, out var field) && !field.ServerSet)
                .Where(name => !JsonNode.DeepEquals(current[name], known[name]) && !JsonNode.DeepEquals(current[name], wanted[name]))
                .Select(name => new Clash($"#/{name}", wanted[name]?.DeepClone(), current[name]?.DeepClone(), known[name]?.DeepClone())));
        }

        return new Stale(EntityTag.Of(stored.Version), clashes);
    }

    /// <summary>Clears the references that a deletion sets to null, each in a change of its holder.</summary>
    private async Task<Error?> UnlinkAsync(RecordKey key, CancellationToken cancellation)
    {
        const int AtOnce = 100;
        for (var round = 0; round < 10; round++)
        {
            var referrers = await references.ReferrersAsync(key, OnDelete.SetNull, AtOnce, cancellation);
            if (referrers.Count == 0)
                return null;

            foreach (var (holder, path, ids) in referrers)
            {
                foreach (var id in ids)
                {
                    var unlinked = await UpdateAsync(holder.Collection, id, "unlink", null, new WriteOptions(new IfMatch(true, [])), Cleared, [], cancellation);
                    if (unlinked.Failed && unlinked.Error is not NotFound)
                        return unlinked.Error;
                }

                JsonObject Cleared(BodyBinder binder, JsonObject current)
                {
                    var data = (JsonObject)current.DeepClone();
                    References.Remove(data, path, key.Id);
                    return data;
                }
            }
        }

        return new InUse(["more than 1,000 records"]);
    }

    private (EntityType Type, RecordKey Key)? Locate(string collection, string id) =>
        catalog.Exposed(collection) is { } type && References.IsId(id) ? (type, new RecordKey(call.Caller.TenantId, collection, id)) : null;

    private Change NewChange(RecordKey key, StoredRecord? before, DateTimeOffset now, string action, IReadOnlyList<FieldChange> changes, IReadOnlyList<string> events) => new Change
    {
        TenantId = key.TenantId,
        Entity = key.Collection,
        RecordId = key.Id,
        Version = (before?.Version ?? 0) + 1,
        Action = action,
        Actor = call.Caller.Actor,
        Source = call.Source,
        RequestId = call.RequestId,
        OccurredAt = now,
        Changes = changes,
        Events = events,
        PrevHash = before?.Hash ?? "",
    }.Sealed();

    private string IdempotencyId(IdempotencyKey key) => "idem:" + Ids.Digest(call.Caller.TenantId, call.Caller.Actor.Id, key.Scope, key.Key);

    private static string[] Named(JsonElement body) =>
        body.ValueKind == JsonValueKind.Object ? [.. body.EnumerateObject().Select(member => member.Name)] : [];

    /// <summary>One write on its way.</summary>
    /// <param name="Current">The record as it stands; null when it is being created.</param>
    /// <param name="Verb">What history calls it.</param>
    /// <param name="Action">The action the moves of the states may name.</param>
    private sealed record Write(EntityType Type, RecordKey Key, StoredRecord? Stored, JsonObject? Current, string Verb, string? Action, WriteOptions Options);
}
