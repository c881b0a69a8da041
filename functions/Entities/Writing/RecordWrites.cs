using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities.Changes;
using Crm.Entities.Storage;
using Crm.Platform;
using Crm.Platform.Json;
using Crm.Tenants;

namespace Crm.Entities.Writing;

/// <summary>One write on its way.</summary>
/// <param name="Stored">The document that is replaced; null when the record is being created.</param>
/// <param name="Current">The record as it stands; null when it is being created or restored.</param>
/// <param name="Verb">What history calls it.</param>
/// <param name="Action">The action the moves of the states may name.</param>
public sealed record Write(EntityType Type, RecordKey Key, StoredRecord? Stored, JsonObject? Current, string Verb, string? Action, WriteOptions Options)
{
    /// <summary>What the rules compare with: the record as it stands or, when it is being restored, as it was when it was deleted.</summary>
    public JsonObject? Before { get; init; } = Current;

    /// <summary>What the change writes down beside the record. Where it is there already, the change has been made before.</summary>
    public DocumentBeside? Beside { get; init; }
}

/// <summary>
/// Everything between the bound fields and the committed batch: defaults, references, the entity's rules, moves, the comparison with what was, unique
/// values, history and idempotency. They are seen to here and nowhere else.
/// </summary>
public sealed class RecordWrites(
    EntityCatalog catalog, RecordStore records, References references, UniqueValues uniques, Sequences sequences, TenantDirectory tenants, PastStates past, FilterProblems filters,
    IEnumerable<IPreparation> preparations, IEnumerable<IWriteStep> steps, CallContext call, TimeProvider time)
{
    /// <summary>The verb that makes a tombstone a record again.</summary>
    public const string Restore = "restore";

    /// <summary>The verb that makes a record as a version had left it.</summary>
    public const string Revert = "revert";

    private const int StatusOk = 200;
    private const int StatusCreated = 201;
    private const int StatusAccepted = 202;

    /// <summary>Moves that history calls by the name of their action.</summary>
    private static readonly HashSet<string> NamedMoves = ["convert", Restore, Revert];

    private static readonly NotFound NoTenant = new("There is no such tenant.");

    /// <summary>Writes a record's new fields.</summary>
    public async Task<Result<RecordReply>> ApplyAsync(Write write, JsonObject fields, CancellationToken cancellation)
    {
        var (type, key) = (write.Type, write.Key);
        var prepared = await PrepareAsync(write, fields, cancellation);
        if (prepared.Failed)
            return prepared.Error;

        var (context, next) = prepared.Value;
        if (write.Before is null)
        {
            await NumberAsync(type, key, next, cancellation);
            foreach (var step in StepsOf(type))
                step.Fill(type, key, next, context);
        }

        var changes = Diff.Between(type, write.Current, next);
        if (write.Stored is not null && changes.Count == 0)
        {
            if (write.Options.Key is { } repeatable)
                await records.CreateBesideAsync(key, past.Written(repeatable, StatusOk, write.Stored.Version).ToBytes(key), cancellation);
            return new RecordReply(type, write.Stored.Data, Hidden(type), Session: write.Stored.Session);
        }

        return await CommitAsync(write, context, next, changes, cancellation);
    }

    /// <summary>What a write would be refused for, or null: everything that can be said without writing.</summary>
    public async Task<Error?> CheckAsync(Write write, JsonObject fields, CancellationToken cancellation) =>
        (await PrepareAsync(write, fields, cancellation)).Error;

    /// <summary>
    /// All that is wrong with a body that does not bind: beside the errors of its form, the references in the fields that have none. Rules across fields
    /// need a whole record.
    /// </summary>
    public async Task<Error> RefuseAsync(Write write, JsonObject fields, IReadOnlyList<FieldError> errors, CancellationToken cancellation)
    {
        if (await tenants.FindAsync(write.Key.TenantId, records, cancellation) is not { } tenant)
            return NoTenant;

        var sound = (JsonObject)fields.DeepClone();
        foreach (var error in errors)
            sound.Remove(error.Pointer.Split('/').ElementAtOrDefault(1) ?? "");

        var context = NewContext(write, tenant);
        await references.CheckAsync(write.Type, sound, JsonSerializer.SerializeToElement(sound, CrmJson.Options), write.Stored?.Data ?? default, [], context, cancellation);
        return new Invalid([.. errors, .. context.Errors]);
    }

    /// <summary>The record as it shall be, with its rules met.</summary>
    private async Task<Result<(WriteContext Context, JsonObject Next)>> PrepareAsync(Write write, JsonObject fields, CancellationToken cancellation)
    {
        var (type, key) = (write.Type, write.Key);
        if (await tenants.FindAsync(key.TenantId, records, cancellation) is not { } tenant)
            return NoTenant;

        var context = NewContext(write, tenant);
        var before = context.Before;
        var entity = type.Deserialize(fields);
        entity = entity with { Id = key.Id };

        // Whoever leaves the owner out keeps the one there is; taking out a deleted one is meant.
        if (write.Action != WriteContext.Unlink)
            entity = entity with { OwnerId = entity.OwnerId ?? before?.OwnerId ?? call.Caller.UserId };
        if (before is null)
            entity = entity with { Type = type.Collection, CreatedAt = context.Now, CreatedBy = call.Caller.Actor };

        entity = entity.WithDefaults(context);
        var unresolved = JsonSerializer.SerializeToElement(entity, type.Record, CrmJson.Options);
        await references.CheckAsync(type, fields, unresolved, write.Stored?.Data ?? default, entity.Reads(context), context, cancellation);
        if (context.Errors.Count > 0)
            return new Invalid(context.Errors);

        foreach (var preparation in preparations.Where(preparation => preparation.Record == type.Record))
            await preparation.PrepareAsync(entity, context, cancellation);

        entity = entity.Complete(context);
        if (context.Forbidden.Count > 0)
            return new Forbidden($"You have no right to this change: {context.Forbidden[0].Detail}.") { Fields = context.Forbidden };

        // First where a record may not go at all, then what it lacks there.
        var next = type.Serialize(entity);
        if (Moves.Refused(type, write.Before, next, write.Action) is { } refused)
            return Hidden(type).Contains(refused.Field) ? new Forbidden($"This moves {refused.Field}, which you may not read.") : refused;

        return context.Errors.Count > 0 ? new Invalid(context.Errors) : (context, next);
    }

    private WriteContext NewContext(Write write, Tenant tenant) =>
        new(catalog, tenant, call.Caller, filters, time.GetUtcNow(), write.Before is null ? null : write.Type.Deserialize(write.Before), write.Action);

    private async Task NumberAsync(EntityType type, RecordKey key, JsonObject data, CancellationToken cancellation)
    {
        foreach (var field in type.Fields.Values.Where(field => field.Sequence is not null))
            data[field.Name] = $"{field.Sequence}{await sequences.NextAsync(key.TenantId, $"{type.Collection}.{field.Name}", cancellation):00000}";
    }

    /// <summary>Makes a record a tombstone and frees its unique values; null where somebody else wrote it since it was read.</summary>
    public async Task<RecordReply?> DeleteAsync(EntityType type, RecordKey key, StoredRecord stored, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var before = (JsonObject)stored.Data.ToNode()!;
        var change = NewChange(key, stored, now, Change.Delete, Diff.Between(type, before, null), [$"{type.Name}.deleted"]);
        foreach (var step in StepsOf(type))
            await step.PrepareAsync(type, key, before, null, cancellation);

        var tombstone = RecordWriter.Write(key, type, change.Version, change.Hash, data: null);
        var (outcome, session) = await records.CommitAsync(key, stored, tombstone, change, [], cancellation);
        if (outcome != CommitOutcome.Committed)
            return null;

        Committed(type, key);
        await uniques.ReleaseAsync(key, [.. UniqueValue.Of(type, before)], now, cancellation);
        return new RecordReply(type, stored.Data, Hidden(type), Session: session);
    }

    private async Task<Result<RecordReply>> CommitAsync(Write write, WriteContext context, JsonObject data, IReadOnlyList<FieldChange> changes, CancellationToken cancellation)
    {
        var (type, key) = (write.Type, write.Key);
        var created = write.Stored is null;
        var happened = created ? "created" : write.Verb == Restore ? "restored" : "updated";
        string[] events = [$"{type.Name}.{happened}", .. context.Events.Select(verb => verb.Contains('.', StringComparison.Ordinal) ? verb : $"{type.Name}.{verb}")];
        var moved = changes.Any(change => type.Fields.TryGetValue(change.Path[1..], out var field) && field.States is not null);
        var action = created ? "create" : moved && !NamedMoves.Contains(write.Verb) ? "stateChange" : write.Verb;
        var change = NewChange(key, write.Stored, context.Now, action, changes, events);
        data["version"] = change.Version;
        data["etag"] = EntityTag.Of(change.Version);
        data["updatedAt"] = UtcTimeConverter.Format(context.Now);
        data["updatedBy"] = JsonSerializer.SerializeToNode(call.Caller.Actor, CrmJson.Options);
        var document = RecordWriter.Write(key, type, change.Version, change.Hash, data);
        if (document.Length > RecordWriter.MaxBytes)
            return new TooLarge($"A record has at most {RecordWriter.MaxBytes / 1024} KiB; this one would have {document.Length / 1024}.");

        var (had, has) = (UniqueValue.Of(type, write.Current).ToHashSet(), UniqueValue.Of(type, data).ToHashSet());
        if (await uniques.ReserveAsync(type, key, [.. has.Except(had)], cancellation) is { } taken)
            return taken;
        foreach (var step in StepsOf(type))
            await step.PrepareAsync(type, key, write.Current, data, cancellation);
        if (time.GetUtcNow() - context.Now > UniqueValues.WriteLimit)
            return new Busy("The write took too long. Try again.", TimeSpan.FromSeconds(1));

        var status = created ? StatusCreated : write.Options.Accepts ? StatusAccepted : StatusOk;
        var (outcome, session) = await records.CommitAsync(key, write.Stored, document, change, [.. Beside(write, status, change.Version)], cancellation);
        switch (outcome)
        {
            case CommitOutcome.Committed:
                Committed(type, key);
                await uniques.ReleaseAsync(key, [.. had.Except(has)], context.Now, cancellation);
                return new RecordReply(type, JsonSerializer.SerializeToElement(data, CrmJson.Options), Hidden(type), status, Session: session) { ShownOnce = context.ShownOnce };
            case CommitOutcome.Exists when !created && write.Options.Key is { } again && await past.ReplayAsync(type, key, again, cancellation) is { } replay:
                return replay;
            case CommitOutcome.Exists when write.Beside is not null:
                return new Conflict("This has been done before.");
            case CommitOutcome.Exists when created:
                // A repeated create of what was deleted since has reserved its values again.
                if (await records.ReadLatestAsync(key, cancellation) is { IsTombstone: true })
                    await uniques.ReleaseAsync(key, has, time.GetUtcNow(), cancellation);
                return new Conflict("A record with this id exists.");
            default:
                return new Stale(null, []);
        }
    }

    /// <summary>What goes into the batch beside the record and its change.</summary>
    private IEnumerable<ReadOnlyMemory<byte>> Beside(Write write, int status, int version)
    {
        if (write.Options.Key is { } repeatable)
            yield return past.Written(repeatable, status, version).ToBytes(write.Key);
        if (write.Beside is { } document)
            yield return document(write.Key, version);
    }

    private IEnumerable<IWriteStep> StepsOf(EntityType type) => steps.Where(step => step.Concerns(type));

    private void Committed(EntityType type, RecordKey key)
    {
        foreach (var step in StepsOf(type))
            step.Committed(key);
    }

    private IReadOnlySet<string> Hidden(EntityType type) => call.Caller.Permissions.Hidden(type.Collection);

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
        TraceParent = call.TraceParent,
        OccurredAt = now,
        Changes = changes,
        Events = events,
        PrevHash = before?.Hash ?? "",
    }.Sealed();
}
