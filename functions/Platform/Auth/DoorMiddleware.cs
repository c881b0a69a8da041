using Crm.Platform.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Platform.Auth;

/// <summary>
/// The one door: who sends a request is found out here, and what its function declares is held against it before the function runs. Nothing else says
/// who is asking in an HTTP request. What other triggers start names its own <see cref="Caller.System"/>.
/// </summary>
internal sealed class DoorMiddleware(AccessDeclarations declarations, RateLimits limits) : IFunctionsWorkerMiddleware
{
    private static readonly Forbidden Undeclared = new("No access is declared for this function.");

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http || await RefusalAsync(context, http) is not { } refusal)
            await next(context);
        else
            context.GetInvocationResult().Value = Problems.From(refusal);
    }

    private async ValueTask<Error?> RefusalAsync(FunctionContext context, HttpContext http)
    {
        var authentication = context.InstanceServices.GetRequiredService<IAuthentication>();
        switch (declarations.Of(context.FunctionDefinition.Name))
        {
            case null:
                return Undeclared;
            case PublicAttribute { CountsItself: true }:
                return null;
            case PublicAttribute:
                return limits.TakeAddress(http);
            case PlatformAttribute:
                return limits.TakeAddress(http) is { } often ? often : authentication.IsPlatform(http.Request) ? null : new Unauthorized("This takes the platform's key as bearer token.", Sent(http));
            case { } declared:
                var caller = await authentication.CallerAsync(http.Request, context.CancellationToken);
                if (caller.Failed)
                    return limits.TakeAddress(http) ?? caller.Error;
                if (limits.Take($"{caller.Value.TenantId}/{caller.Value.Actor.Id}", caller.Value.TenantId, http.Response.Headers) is { } limited)
                    return limited;

                context.InstanceServices.GetRequiredService<CallContext>().Caller = caller.Value;
                return Refusal(declared, caller.Value, http.Request.RouteValues["entity"] as string);
        }
    }

    private static Error? Refusal(AccessAttribute declared, Caller caller, string? entity) => declared switch
    {
        UserOnlyAttribute when caller.Actor.Kind != ActorKind.User => new Forbidden("This is for users, not for keys."),
        SpecialAttribute { Right: var right } when !caller.Permissions.Special.Contains(right) => Forbidden.Lacking(right),
        RecordsAttribute { ViewsHistory: true } when !caller.Permissions.Special.Contains(SpecialGrant.ViewHistory) => Forbidden.Lacking(SpecialGrant.ViewHistory),
        RecordsAttribute records => Refusal(records.Right, records.Collection ?? entity!, caller.Permissions),
        _ => null,
    };

    /// <summary>What one may not see is not there; what one may see but not do is forbidden. A collection as such is no secret.</summary>
    private static Error? Refusal(Right right, string collection, Permissions permissions)
    {
        if (permissions.Scope(right, collection) != GrantScope.None)
            return null;

        return right is Right.Update or Right.Delete && permissions.Scope(Right.Read, collection) == GrantScope.None ? new NotFound() : Forbidden.Lacking(right, collection);
    }

    private static bool Sent(HttpContext http) => http.Request.Headers.Authorization.Count > 0;
}
