using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities.Changes;
using Crm.Entities.Schema;
using Crm.Entities.Storage;
using Crm.Entities.Writing;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Json;

namespace Crm.Entities;

/// <summary>What was: reads the past of a record and brings it back. Whose past it is to see, <see cref="EntityService"/> says.</summary>
public sealed class RecordHistory(EntityService entities, RecordWrites writes, References references, PastStates past, ChangeLog log, CallContext call)
{
    private const int Attempts = 5;

    /// <summary>Reads a record as it was at a time.</summary>
    public Task<Result<RecordReply>> ReadAsync(string collection, string id, DateTimeOffset asOf, string? session, CancellationToken cancellation) =>
        entities.FindAsync(collection, id, session, cancellation).ThenAsync<FoundRecord, RecordReply>(async found =>
            await past.AtTimeAsync(found.Type, found.Key, found.Stored, asOf, cancellation) is { } state
                ? new RecordReply(found.Type, JsonSerializer.SerializeToElement(state, CrmJson.Options), Hidden(collection))
                : new NotFound("There was no such record at that time."));

    /// <summary>The changes of a record, also of a deleted one, newest first.</summary>
    /// <param name="before">All versions of the answer are lower.</param>
    /// <param name="most">How many to give.</param>
    public Task<Result<Change[]>> ChangesAsync(string collection, string id, int before, int most, CancellationToken cancellation) =>
        entities.FindAsync(collection, id, session: null, cancellation).ThenAsync<FoundRecord, Change[]>(async found =>
            await log.PageAsync(found.Key, before, most, cancellation));

    /// <summary>
    /// Makes a deleted record what it was when it was deleted. Its unique values are claimed again, its references checked again; those that would have
    /// been set to null meanwhile are. A record that is there already is answered as it is.
    /// </summary>
    public async Task<Result<RecordReply>> RestoreAsync(string collection, string id, WriteOptions options, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var found = await entities.FindAsync(collection, id, session: null, cancellation);
            if (found.Failed)
                return found.Error;

            var (type, key, stored) = found.Value;
            if (options.Key is { } repeatable && await past.ReplayAsync(type, key, repeatable, cancellation) is { } replay)
                return replay;
            if (!stored.IsTombstone)
                return new RecordReply(type, stored.Data, Hidden(collection), Session: stored.Session);
            if (options.IfMatch is { } condition && !condition.Matches(stored.Version))
                return new Stale(EntityTag.Of(stored.Version), []);
            if (await past.AtVersionAsync(type, key, stored, stored.Version - 1, cancellation) is not { } last)
                return new NotFound("There is no state to restore: the history of this record is not complete.");

            // Whoever could have deleted it can bring it back.
            if (!call.Caller.Permissions.Allows(Right.Delete, collection, JsonSerializer.SerializeToElement(last, CrmJson.Options)))
                return Forbidden.Lacking(Right.Delete, $"this record of {collection}, and so not restore it");

            var fields = (JsonObject)last.DeepClone();
            await references.RemoveLostAsync(type, key.TenantId, fields, cancellation);
            var restored = await writes.ApplyAsync(new Write(type, key, stored, null, RecordWrites.Restore, null, options) { Before = last }, fields, cancellation);
            if (restored.Error is not Stale || attempt == Attempts)
                return restored;
        }
    }

    /// <summary>
    /// Makes the writable part of a record what a version had left it as, in a change of its own. Everything that holds for a write holds for this one;
    /// what the server sets is worked out anew. If-Match is optional.
    /// </summary>
    public async Task<Result<RecordReply>> RevertAsync(string collection, string id, int version, WriteOptions options, CancellationToken cancellation)
    {
        var found = await entities.FindAsync(collection, id, session: null, cancellation);
        if (found.Failed || found.Value.Stored.IsTombstone)
            return found.Error ?? new NotFound();

        var (type, key, stored) = found.Value;
        if (version > stored.Version)
            return Refused("out-of-range", $"must be a version there has been: 1 to {stored.Version}");
        if (await past.AtVersionAsync(type, key, stored, version, cancellation) is not { } state)
            return Refused("deleted", "is a version at which the record was deleted");

        await references.RemoveLostAsync(type, key.TenantId, state, cancellation);
        var condition = options with { IfMatch = options.IfMatch ?? new IfMatch(true, []) };
        return await entities.UpdateAsync(collection, id, RecordWrites.Revert, RecordWrites.Revert, condition, Reverted, [], cancellation);

        JsonObject Reverted(BodyBinder binder, JsonObject current)
        {
            // Bound for its errors: what was valid then need not be valid now. The members that the server had set inside of lists are kept.
            binder.Create(JsonSerializer.SerializeToElement(Sendable(state, type.Fields), CrmJson.Options));
            // So is what the caller may not change.
            var locked = call.Caller.Permissions.Locked(collection);
            var kept = current.Where(member => IsServerSet(member.Key) == true || locked.Contains(member.Key));
            var back = state.Where(member => IsServerSet(member.Key) == false && !locked.Contains(member.Key));
            return new JsonObject(kept.Concat(back).Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));
        }

        // A field that there is no more is neither.
        bool? IsServerSet(string name) => type.Fields.GetValueOrDefault(name)?.ServerSet;
    }

    private IReadOnlySet<string> Hidden(string collection) => call.Caller.Permissions.Hidden(collection);

    private static Invalid Refused(string code, string detail) => new([new FieldError("#/toVersion", code, detail)]);

    /// <summary>Of a state, what a client could have sent.</summary>
    private static JsonObject Sendable(JsonObject state, IReadOnlyDictionary<string, Field> fields) => new(state
        .Where(member => fields.TryGetValue(member.Key, out var field) && !field.ServerSet)
        .Select(member => KeyValuePair.Create(member.Key, Sendable(member.Value, fields[member.Key]))));

    private static JsonNode? Sendable(JsonNode? value, Field field) => value switch
    {
        JsonArray elements => new JsonArray([.. elements.Select(element => Sendable(element, field.Element!))]),
        JsonObject members when field.Kind == FieldKind.Object => Sendable(members, field.Fields),
        _ => value?.DeepClone(),
    };
}
