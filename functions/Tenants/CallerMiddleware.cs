using Crm.Platform;
using Crm.Platform.Auth;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tenants;

/// <summary>
/// Says who is asking: the one place where the caller comes from. Until there is sign-in, every request is the administrator of the first tenant.
/// </summary>
internal sealed class CallerMiddleware : IFunctionsWorkerMiddleware
{
    private static readonly Caller Admin = new(FirstTenant.TenantId, new Actor { Kind = ActorKind.User, Id = FirstTenant.AdminId, Name = "Administrator" });

    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        context.InstanceServices.GetRequiredService<CallContext>().Caller = Admin;
        return next(context);
    }
}
