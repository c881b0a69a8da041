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
    [Function("EntitiesCreate"), Records(Right.Create)]
    public async Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Routes.Collection)] HttpRequest request, string entity, CancellationToken cancellation) =>
        Reply.Record(await request.ReadWriteAsync(cancellation, MediaTypes.Json)
            .ThenAsync(write => entities.CreateAsync(entity, write.Body, write.Options, cancellation)));

    [Function("EntitiesRead"), Records(Right.Read)]
    public async Task<IResult> Read(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Routes.Record)] HttpRequest request, string entity, string id, CancellationToken cancellation) =>
        Reply.Read(await request.ReadQuery()
            .ThenAsync(read => read.AsOf is { } time
                ? history.ReadAsync(entity, id, time, read.Session, cancellation)
                : reads.ReadAsync(entity, id, read.Session, read.Expand, cancellation)));

    [Function("EntitiesReplace"), Records(Right.Update)]
    public async Task<IResult> Replace(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = Routes.Record)] HttpRequest request, string entity, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadWriteAsync(cancellation, MediaTypes.Json)
            .ThenAsync(write => entities.ReplaceAsync(entity, id, write.Body, write.Options, cancellation)));

    [Function("EntitiesPatch"), Records(Right.Update)]
    public async Task<IResult> Patch(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = Routes.Record)] HttpRequest request, string entity, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadWriteAsync(cancellation, MediaTypes.MergePatch, MediaTypes.Json)
            .ThenAsync(write => entities.PatchAsync(entity, id, write.Body, write.Options, cancellation)));

    [Function("EntitiesDelete"), Records(Right.Delete)]
    public async Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = Routes.Record)] HttpRequest request, string entity, string id, CancellationToken cancellation) =>
        Reply.Deleted(await request.ReadOptions()
            .ThenAsync(options => entities.DeleteAsync(entity, id, options, cancellation)));
}
