using Crm.Entities.Expanding;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Entities;

/// <summary>Create, read, replace, patch and delete, for every collection of the catalog.</summary>
public sealed class EntityFunctions(EntityService entities, ExpandedReads reads, RecordHistory history)
{
    /// <summary>Creates a record.</summary>
    [Function("EntitiesCreate"), Records(Right.Create)]
    [Operation("create{One}"), Writes(Creates = true), Takes(typeof(Entity)), Answers(201, typeof(Entity))]
    public async Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Routes.Collection)] HttpRequest request, string entity, CancellationToken cancellation) =>
        Reply.Record(await request.ReadWriteAsync(cancellation, MediaTypes.Json)
            .ThenAsync(write => entities.CreateAsync(entity, write.Body, write.Options, cancellation)));

    /// <summary>Reads a record, as it is or as it was.</summary>
    [Function("EntitiesRead"), Records(Right.Read)]
    [Operation("read{One}"), Query("asOf", "The time of which the record is wanted, by default now.", Type = typeof(DateTimeOffset))]
    [Query("expand", "References whose records are wanted too, with commas between, one step further with a slash: account/parentAccount,owner.")]
    [Header(HeaderNames.ConsistencyToken), Answers(200, typeof(Entity)), Answers(304)]
    public async Task<IResult> Read(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Routes.Record)] HttpRequest request, string entity, string id, CancellationToken cancellation) =>
        Reply.Read(await request.ReadQuery()
            .ThenAsync(read => read.AsOf is { } time
                ? history.ReadAsync(entity, id, time, read.Session, cancellation)
                : reads.ReadAsync(entity, id, read.Session, read.Expand, cancellation)));

    /// <summary>Replaces the writable part of a record. What was read can be changed and sent back whole.</summary>
    [Function("EntitiesReplace"), Records(Right.Update)]
    [Operation("replace{One}"), Writes(NeedsIfMatch = true), Takes(typeof(Entity)), Answers(200, typeof(Entity))]
    public async Task<IResult> Replace(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = Routes.Record)] HttpRequest request, string entity, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadWriteAsync(cancellation, MediaTypes.Json)
            .ThenAsync(write => entities.ReplaceAsync(entity, id, write.Body, write.Options, cancellation)));

    /// <summary>Changes the fields that a merge patch (RFC 7396) names: null takes a value away, lists are replaced whole.</summary>
    [Function("EntitiesPatch"), Records(Right.Update)]
    [Operation("update{One}"), Writes(NeedsIfMatch = true), Takes(typeof(Entity), MediaTypes.MergePatch, MediaTypes.Json), Answers(200, typeof(Entity))]
    public async Task<IResult> Patch(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = Routes.Record)] HttpRequest request, string entity, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadWriteAsync(cancellation, MediaTypes.MergePatch, MediaTypes.Json)
            .ThenAsync(write => entities.PatchAsync(entity, id, write.Body, write.Options, cancellation)));

    /// <summary>Deletes a record. It can be restored; its unique values are free again.</summary>
    [Function("EntitiesDelete"), Records(Right.Delete)]
    [Operation("delete{One}"), Writes(NeedsIfMatch = true), Answers(204)]
    public async Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = Routes.Record)] HttpRequest request, string entity, string id, CancellationToken cancellation) =>
        Reply.Deleted(await request.ReadOptions()
            .ThenAsync(options => entities.DeleteAsync(entity, id, options, cancellation)));
}
