using Crm.Entities;
using Crm.Entities.Writing;
using Crm.Platform;
using Crm.Platform.Http;
using Microsoft.AspNetCore.Http;

namespace Crm.Orders;

/// <summary>Requests for actions that have a body.</summary>
internal static class ActionRequests
{
    /// <summary>Reads the body, acts, and answers the record.</summary>
    public static async Task<IResult> ActAsync<T>(this HttpRequest request, Func<T, WriteOptions, Task<Result<RecordReply>>> act, CancellationToken cancellation) where T : class =>
        Reply.Record(await request.ReadActionAsync(cancellation)
            .ThenAsync(read => ActionBody.Read<T>(read.Body)
                .ThenAsync(body => act(body, read.Options))));
}
