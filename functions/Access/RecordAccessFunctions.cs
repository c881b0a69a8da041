using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Crm.Platform.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Access;

/// <summary>Explains the policy for one record.</summary>
public sealed class RecordAccessFunctions(RecordAccess access)
{
    /// <summary>Says who may do what with a record, and which role says so.</summary>
    [Function("EntitiesAccess"), Records(Right.Read)]
    [Operation("explain{One}Access"), Answers(200, typeof(AccessReport))]
    public async Task<IResult> Access(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Routes.Record + "/access")] HttpRequest request, string entity, string id, CancellationToken cancellation)
    {
        var read = await request.ReadHeaders().ThenAsync(_ => access.ReadAsync(entity, id, cancellation));
        return read.Failed ? Problems.From(read.Error) : Results.Json(read.Value, CrmJson.Options);
    }
}
