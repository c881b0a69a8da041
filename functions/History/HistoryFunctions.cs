using Crm.Entities;
using Crm.Entities.Schema;
using Crm.Entities.Writing;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Crm.Platform.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Crm.History;

/// <summary>Shows what was, and brings it back. Nothing here changes or deletes history: bringing back is a change of its own.</summary>
public sealed class HistoryFunctions(HistoryLists lists, RecordHistory records, VerifyHistory verify, CallContext call)
{
    internal sealed record RevertBody
    {
        /// <summary>A version there has been.</summary>
        [Number(0, Min = 1)] public required int ToVersion { get; init; }
    }

    /// <summary>Lists every change of a record, newest first, also of a deleted one.</summary>
    [Function("HistoryOfRecord"), Records(Right.Read, ViewsHistory = true)]
    [Operation("list{One}History"), Paged, Answers(200, typeof(HistoryPage))]
    public async Task<IResult> OfRecord(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Routes.RecordHistory)] HttpRequest request, string entity, string id, CancellationToken cancellation) =>
        Answer(await lists.OfRecordAsync(entity, id, request, cancellation));

    /// <summary>Lists the changes of all records, newest first: of an entity, by an actor, of an action, in a period.</summary>
    [Function("HistoryOfTenant"), Special(SpecialGrant.ViewHistory)]
    [Operation("listChanges"), Paged, Answers(200, typeof(HistoryPage))]
    [Query("entity", "Changes of this collection alone."), Query("actor", "Changes by the actor of this id alone."), Query("action", "Changes of this kind alone, such as create.")]
    [Query("from", "The earliest.", Type = typeof(DateTimeOffset)), Query("to", "The latest.", Type = typeof(DateTimeOffset))]
    public async Task<IResult> OfTenant(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Routes.HistoryChanges)] HttpRequest request, CancellationToken cancellation) =>
        Answer(await lists.OfTenantAsync(request, cancellation));

    /// <summary>Works the hash chains of history out again, whole or in a period.</summary>
    [Function("HistoryVerify"), Special(SpecialGrant.ViewHistory)]
    [Operation("verifyHistory"), Answers(200, typeof(Verification))]
    [Query("from", "The earliest.", Type = typeof(DateTimeOffset)), Query("to", "The latest.", Type = typeof(DateTimeOffset))]
    public async Task<IResult> Verify(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Routes.HistoryVerify)] HttpRequest request, CancellationToken cancellation)
    {
        var query = new QueryParameters(request, "from", "to");
        var (from, to) = query.Period();
        return query.Error is { } error
            ? Problems.From(error)
            : Results.Json(await verify.RunAsync(call.Caller.TenantId, from, to, cancellation), CrmJson.Options);
    }

    /// <summary>Makes a deleted record what it was.</summary>
    [Function("HistoryRestore"), Records(Right.Delete)]
    [Operation("restore{One}"), Writes, Answers(200, typeof(Entity))]
    public async Task<IResult> Restore(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Routes.Restore)] HttpRequest request, string entity, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadOptions()
            .ThenAsync(options => records.RestoreAsync(entity, id, options, cancellation)));

    /// <summary>Makes a record what one of its versions had left it as.</summary>
    [Function("HistoryRevert"), Records(Right.Update)]
    [Operation("revert{One}"), Writes, Takes(typeof(RevertBody)), Answers(200, typeof(Entity))]
    public async Task<IResult> Revert(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Routes.Revert)] HttpRequest request, string entity, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadWriteAsync(cancellation, MediaTypes.Json)
            .ThenAsync(async write => await ActionBody.Read<RevertBody>(write.Body)
                .ThenAsync(body => records.RevertAsync(entity, id, body.ToVersion, write.Options, cancellation))));

    private static IResult Answer(Result<HistoryPage> page) => page.Failed ? Problems.From(page.Error) : page.Value;
}
