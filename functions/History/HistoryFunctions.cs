using System.Text.Json;
using Crm.Entities;
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
    /// <summary>Every change of a record, newest first, also of a deleted one.</summary>
    [Function("HistoryOfRecord"), Records(Right.Read, ViewsHistory = true)]
    public async Task<IResult> OfRecord(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Routes.RecordHistory)] HttpRequest request, string entity, string id, CancellationToken cancellation) =>
        Answer(await lists.OfRecordAsync(entity, id, request, cancellation));

    /// <summary>The changes of all records, newest first: of an entity, by an actor, of an action, in a period.</summary>
    [Function("HistoryOfTenant"), Special(SpecialGrant.ViewHistory)]
    public async Task<IResult> OfTenant(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Routes.HistoryChanges)] HttpRequest request, CancellationToken cancellation) =>
        Answer(await lists.OfTenantAsync(request, cancellation));

    /// <summary>Works the chains out again, whole or in a period.</summary>
    [Function("HistoryVerify"), Special(SpecialGrant.ViewHistory)]
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
    public async Task<IResult> Restore(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Routes.Restore)] HttpRequest request, string entity, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadOptions()
            .ThenAsync(options => records.RestoreAsync(entity, id, options, cancellation)));

    /// <summary>Makes a record what one of its versions had left it as.</summary>
    [Function("HistoryRevert"), Records(Right.Update)]
    public async Task<IResult> Revert(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Routes.Revert)] HttpRequest request, string entity, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadWriteAsync(cancellation, MediaTypes.Json)
            .ThenAsync(async write => await ToVersion(write.Body)
                .ThenAsync(version => records.RevertAsync(entity, id, version, write.Options, cancellation))));

    private static IResult Answer(Result<HistoryPage> page) => page.Failed ? Problems.From(page.Error) : page.Value;

    private static Result<int> ToVersion(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
            return Refused("#", "type", "must be a JSON object");
        if (body.EnumerateObject().FirstOrDefault(member => member.Name != "toVersion") is { Value.ValueKind: not JsonValueKind.Undefined } unknown)
            return Refused(BodyBinder.Pointer("#", unknown.Name), "unknown-field", "is not known here; send toVersion");
        if (!body.TryGetProperty("toVersion", out var version))
            return Refused("#/toVersion", "required", "is required");
        if (version.ValueKind != JsonValueKind.Number)
            return Refused("#/toVersion", "type", "must be a number");

        return version.TryGetInt32(out var number) && number > 0 ? number : Refused("#/toVersion", "out-of-range", "must be a version there has been: a whole number from 1");
    }

    private static Invalid Refused(string pointer, string code, string detail) => new([new FieldError(pointer, code, detail)]);
}
