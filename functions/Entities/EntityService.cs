using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities.Schema;
using Crm.Entities.Storage;
using Crm.Entities.Writing;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Json;

namespace Crm.Entities;

/// <summary>
/// Creates, reads, replaces, patches and deletes records of every entity. The one path all access takes: it finds the record in the caller's
/// tenant and holds a write to its conditions; <see cref="RecordWrites"/> does the rest.
/// </summary>
public sealed class EntityService(
    EntityCatalog catalog, RecordStore records, RecordWrites writes, PastStates past, References references, CallContext call, TimeProvider time)
{
    /// <summary>How often a write is tried when others get in between: with If-Match: * to succeed, else to say what is there now.</summary>
    private const int Attempts = 5;

    private static readonly Conflict Crowded = new("Others keep changing this record. Try again.");

    private Permissions Permissions => call.Caller.Permissions;

    /// <summary>Reads one record.</summary>
    /// <param name="session">The Consistency-Token of a write that must be seen.</param>
    public async Task<Result<RecordReply>> ReadAsync(string collection, string id, string? session, CancellationToken cancellation)
    {
        var found = await FindAsync(collection, id, session, cancellation);
        return found.Failed ? found.Error
            : found.Value.Stored.IsTombstone ? new NotFound()
            : new RecordReply(found.Value.Type, found.Value.Stored.Data, Permissions.Hidden(collection), Session: found.Value.Stored.Session);
    }

    /// <summary>Finds a record, also a deleted one, as far as it is for the caller to see: everything that shows one, present or past, asks here first.</summary>
    internal async Task<Result<FoundRecord>> FindAsync(string collection, string id, string? session, CancellationToken cancellation) =>
        Locate(collection, id) is var (type, key) && await records.ReadAsync(key, session, cancellation) is { } stored && MayRead(type, stored)
            ? new FoundRecord(type, key, stored)
            : new NotFound();

    /// <summary>Creates a record.</summary>
    public async Task<Result<RecordReply>> CreateAsync(string collection, JsonElement body, WriteOptions options, CancellationToken cancellation)
    {
        if (catalog.Exposed(collection) is not { } type)
            return NotFound.Collection(collection);
        if (type.MadeBy is { } action)
            return new MadeByAction(collection, action);

        // A repeated request finds the record of the first under the same id.
        var id = options.Key is { } key ? Ids.From(call.Caller.TenantId, call.Caller.Actor.Id, key.Scope, key.Key) : Ids.New(time.GetUtcNow());
        var binder = new BodyBinder(type.Fields);
        var fields = binder.Create(body);
        var created = binder.Errors.Count > 0
            ? await writes.RefuseAsync(Creation(type, id, options), fields, binder.Errors, cancellation)
            : await CreateAsync(type, id, fields, options, cancellation);

        // What is refused now may have been done before. Since then the world has changed, but not the answer to a repeated request.
        return created.Failed && options.Key is { } repeated && await past.ReplayAsync(type, new RecordKey(call.Caller.TenantId, type.Collection, id), repeated, cancellation) is { } replay
            ? replay
            : created;
    }

    /// <summary>Creates a record under an id the app chooses.</summary>
    internal async Task<Result<RecordReply>> CreateAsync(EntityType type, string id, JsonObject fields, WriteOptions options, CancellationToken cancellation)
    {
        if (RefuseCreate(type, fields) is { } refused)
            return refused;

        return await writes.ApplyAsync(Creation(type, id, options), fields, cancellation);
    }

    /// <summary>What creating a record of these fields would be refused for, or null. Unique values are not looked at: only a write can take them.</summary>
    internal async Task<Error?> CheckAsync(EntityType type, JsonObject fields, CancellationToken cancellation)
    {
        if (RefuseCreate(type, fields) is { } refused)
            return refused;

        return await writes.CheckAsync(Creation(type, Ids.New(time.GetUtcNow()), new WriteOptions()), fields, cancellation);
    }

    /// <summary>Replaces the writable part of a record.</summary>
    public Task<Result<RecordReply>> ReplaceAsync(string collection, string id, JsonElement body, WriteOptions options, CancellationToken cancellation) =>
        UpdateAsync(collection, id, "update", null, options, (binder, current) => binder.Replace(body, current, LockedFields.Kept(collection, Permissions)), Named(body), cancellation);

    /// <summary>Changes the fields that a merge patch names.</summary>
    public Task<Result<RecordReply>> PatchAsync(string collection, string id, JsonElement patch, WriteOptions options, CancellationToken cancellation) =>
        UpdateAsync(collection, id, "update", null, options, (binder, current) => binder.Patch(patch, current), Named(patch), cancellation);

    /// <summary>Changes a record in an action that has a name of its own, such as <c>reopen</c>. If-Match is optional.</summary>
    /// <param name="change">The record as it shall be; the entity's rules then apply as in any write.</param>
    public Task<Result<RecordReply>> ActAsync<T>(string id, string action, WriteOptions options, Func<T, T> change, CancellationToken cancellation) where T : Entity =>
        ActAsync(id, action, options, change, beside: null, cancellation);

    /// <inheritdoc cref="ActAsync{T}(string, string, WriteOptions, Func{T, T}, CancellationToken)"/>
    /// <param name="beside">Written down in the same batch; where it is there already, the action is refused as done (409).</param>
    internal Task<Result<RecordReply>> ActAsync<T>(
        string id, string action, WriteOptions options, Func<T, T> change, DocumentBeside? beside, CancellationToken cancellation) where T : Entity
    {
        var type = catalog.Of<T>();
        var condition = options with { IfMatch = options.IfMatch ?? new IfMatch(true, []) };
        return UpdateAsync(type.Collection, id, action, action, condition, (_, current) => type.Serialize(change((T)type.Deserialize(current))), [], cancellation, beside);
    }

    /// <summary>Deletes a record: it becomes a tombstone, its unique values are free again.</summary>
    public Task<Result<RecordReply>> DeleteAsync(string collection, string id, WriteOptions options, CancellationToken cancellation) =>
        DeleteAsync(collection, id, options, asPart: false, cancellation);

    /// <param name="asPart">It goes with another record: the right to delete that one is enough.</param>
    private async Task<Result<RecordReply>> DeleteAsync(string collection, string id, WriteOptions options, bool asPart, CancellationToken cancellation)
    {
        if (Locate(collection, id) is not var (type, key))
            return new NotFound();
        if (options.IfMatch is null)
            return new PreconditionRequired();

        for (var attempt = 1; ; attempt++)
        {
            if (await records.ReadAsync(key, session: null, cancellation) is not { IsTombstone: false } stored)
                return new NotFound();
            if (!asPart && Refused(Right.Delete, type, stored) is { } refused)
                return refused;
            if (!options.IfMatch.Matches(stored.Version))
                return new Stale(EntityTag.Of(stored.Version), []);
            if (type.Deserialize(stored.Data).WhyNotDelete() is { } reason)
                return new NotDeletable(reason);

            var restricting = await references.ReferrersAsync(key, OnDelete.Restrict, most: 3, cancellation);
            if (restricting.Count > 0)
                return new InUse([.. restricting.Select(Shown)]);
            if (await UnlinkAsync(key, cancellation) is { } failure)
                return failure;
            if (await DeletePartsAsync(key, cancellation) is { } kept)
                return kept;

            if (await writes.DeleteAsync(type, key, stored, cancellation) is { } deleted)
                return deleted;
            if (attempt == Attempts)
                return Crowded;
        }
    }

    /// <summary>Changes a live record, under its conditions and with everything that a write has to meet.</summary>
    /// <param name="verb">What history calls the change.</param>
    /// <param name="action">The action that moves of states may name.</param>
    /// <param name="bind">The record as it shall be, from the record as it stands.</param>
    /// <param name="named">The fields a stale write is told of, if both sides changed them.</param>
    /// <param name="beside">What the change writes down beside the record.</param>
    internal async Task<Result<RecordReply>> UpdateAsync(
        string collection, string id, string verb, string? action, WriteOptions options,
        Func<BodyBinder, JsonObject, JsonObject> bind, IReadOnlyCollection<string> named, CancellationToken cancellation, DocumentBeside? beside = null)
    {
        if (Locate(collection, id, action) is not var (type, key))
            return new NotFound();
        if (options.IfMatch is null)
            return new PreconditionRequired();

        for (var attempt = 1; ; attempt++)
        {
            var reading = records.ReadAsync(key, session: null, cancellation);
            if (options.Key is not null && await past.ReplayAsync(type, key, options.Key, cancellation) is { } replay)
                return replay;
            if (await reading is not { IsTombstone: false } stored)
                return new NotFound();
            if (action != WriteContext.Unlink && Refused(Right.Update, type, stored) is { } refused)
                return refused;

            var current = (JsonObject)stored.Data.ToNode()!;
            var binder = new BodyBinder(type.Fields);
            if (!options.IfMatch.Matches(stored.Version))
                return await past.StaleAsync(type, key, stored, options.IfMatch, bind(binder, current), named, cancellation);

            var fields = bind(binder, current);
            if (LockedFields.Refuse(type, Permissions, named, fields, current) is { } locked)
                return locked;
            var write = new Write(type, key, stored, current, verb, action, options) { Beside = beside };
            if (binder.Errors.Count > 0)
                return await writes.RefuseAsync(write, fields, binder.Errors, cancellation);

            var written = await writes.ApplyAsync(write, fields, cancellation);
            if (written.Error is not Stale)
                return written;
            if (attempt == Attempts)
                return Crowded;
        }
    }

    /// <summary>Takes a target's references out of a record. Where none is left, nothing changes.</summary>
    internal Task<Result<RecordReply>> UnlinkAsync(EntityType holder, string id, ReferencePath path, RecordRef target, CancellationToken cancellation)
    {
        return UpdateAsync(holder.Collection, id, WriteContext.Unlink, WriteContext.Unlink, new WriteOptions(new IfMatch(true, [])), Cleared, [], cancellation);

        JsonObject Cleared(BodyBinder binder, JsonObject current)
        {
            var data = (JsonObject)current.DeepClone();
            References.Remove(data, path, target);
            return data;
        }
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
                    var unlinked = await UnlinkAsync(holder, id, path, key.Reference, cancellation);
                    if (unlinked.Failed && unlinked.Error is not NotFound)
                        return unlinked.Error;
                }
            }
        }

        return new InUse(["more than 1,000 records"]);
    }

    /// <summary>Deletes what goes with a record. A deletion cut short here has left the record, and what it can be repeated for.</summary>
    private async Task<Error?> DeletePartsAsync(RecordKey key, CancellationToken cancellation)
    {
        const int AtOnce = 100;
        for (var round = 0; round < 10; round++)
        {
            var parts = await references.ReferrersAsync(key, OnDelete.Cascade, AtOnce, cancellation);
            if (parts.Count == 0)
                return null;

            foreach (var (holder, id) in parts.SelectMany(part => part.Ids.Select(id => (part.Holder, id))))
            {
                var deleted = await DeleteAsync(holder.Collection, id, new WriteOptions(new IfMatch(true, [])), asPart: true, cancellation);
                if (deleted.Failed && deleted.Error is not NotFound)
                    return deleted.Error;
            }
        }

        return new InUse(["more than 1,000 records"]);
    }

    private Write Creation(EntityType type, string id, WriteOptions options) =>
        new(type, new RecordKey(call.Caller.TenantId, type.Collection, id), null, null, "create", null, options);

    /// <summary>Of a deleted record nobody can say whose it was: who reads all may read it.</summary>
    private bool MayRead(EntityType type, StoredRecord record) => record.IsTombstone
        ? Permissions.Scope(Right.Read, type.Collection) == GrantScope.All
        : Permissions.Allows(Right.Read, type.Collection, record.Data);

    /// <summary>What may not be seen is not there; what may be seen but not done is forbidden.</summary>
    private Error? Refused(Right right, EntityType type, StoredRecord record) =>
        !MayRead(type, record) ? new NotFound()
        : !Permissions.Allows(right, type.Collection, record.Data) ? Forbidden.Lacking(right, $"this record of {type.Collection}")
        : null;

    private Forbidden? RefuseCreate(EntityType type, JsonObject fields) =>
        Permissions.Scope(Right.Create, type.Collection) == GrantScope.None
            ? Forbidden.Lacking(Right.Create, type.Collection)
            : LockedFields.Refuse(type, Permissions, [.. fields.Select(field => field.Key)], fields, current: []);

    /// <summary>Who refers to a record, by id where the caller may read all of them.</summary>
    private string Shown((EntityType Holder, ReferencePath Path, IReadOnlyList<string> Ids) referrers)
    {
        var place = $"{referrers.Holder.Collection} ({referrers.Path.Name})";
        return Permissions.Scope(Right.Read, referrers.Holder.Collection) == GrantScope.All ? $"{place}: {string.Join(", ", referrers.Ids)}" : place;
    }

    /// <param name="action">The app's own actions reach what the generic routes do not serve.</param>
    private (EntityType Type, RecordKey Key)? Locate(string collection, string id, string? action = null) =>
        (action is null ? catalog.Exposed(collection) : catalog.Get(collection)) is { } type && References.IsId(id) ? (type, new RecordKey(call.Caller.TenantId, collection, id)) : null;

    private static string[] Named(JsonElement body) =>
        body.ValueKind == JsonValueKind.Object ? [.. body.EnumerateObject().Select(member => member.Name)] : [];
}

/// <summary>A record's document, and what kind of record it is of.</summary>
/// <param name="Stored">A tombstone where the record was deleted.</param>
internal sealed record FoundRecord(EntityType Type, RecordKey Key, StoredRecord Stored);
