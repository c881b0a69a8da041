using Microsoft.Extensions.DependencyInjection;

namespace Crm.Platform.Auth;

/// <summary>What the app does of its own accord: in a scope of its own, in the name of a tenant, as an actor of kind system.</summary>
public sealed class SystemCalls(IServiceScopeFactory scopes)
{
    /// <param name="worker">Which part of the app acts: the actor's id and name in history.</param>
    /// <param name="requestId">Of the request that this follows from.</param>
    /// <param name="traceParent">The trace it belongs to, where there is one.</param>
    /// <param name="work">Is handed a service of the scope.</param>
    public async Task<TResult> RunAsync<TService, TResult>(string tenantId, string worker, string requestId, string? traceParent, Func<TService, Task<TResult>> work)
        where TService : notnull
    {
        await using var scope = scopes.CreateScopeFor(Caller.System(tenantId, worker, worker));
        var call = scope.ServiceProvider.GetRequiredService<CallContext>();
        call.Source = "worker";
        call.RequestId = requestId;
        call.TraceParent = traceParent;
        return await work(scope.ServiceProvider.GetRequiredService<TService>());
    }
}
