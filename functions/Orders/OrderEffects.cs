using Crm.Platform;
using Crm.Platform.Auth;

namespace Crm.Orders;

/// <summary>
/// What follows from what a request has done to an order: the app's own work, like that of the queue, whatever rights on stock or on other records the caller
/// has. It is tried again for a few seconds; what is not settled then, the message of the event brings about.
/// </summary>
public sealed class OrderEffects(SystemCalls system, Retries retries, CallContext call)
{
    /// <returns>Why it is not settled, or null.</returns>
    public Task<Error?> TryAsync<TService>(Func<TService, CancellationToken, Task> work, CancellationToken cancellation) where TService : notnull =>
        retries.TryAsync(token => system.RunAsync<TService, bool>(call.Caller.TenantId, nameof(ProcessOrder), call.RequestId, call.TraceParent, async service =>
        {
            await work(service, token);
            return true;
        }), cancellation);
}
