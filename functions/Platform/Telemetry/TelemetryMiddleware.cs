using System.Diagnostics;
using Crm.Platform.Cosmos;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crm.Platform.Telemetry;

/// <summary>Outermost around every function, whatever triggers it: the trace it belongs to, the scope of its log lines, what it cost.</summary>
internal sealed class TelemetryMiddleware(ILogger<TelemetryMiddleware> logger) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        var call = context.InstanceServices.GetRequiredService<CallContext>();
        call.TraceParent = TraceParent(context);
        var entity = context.GetHttpContext()?.Request.RouteValues["entity"] as string;
        using var scope = logger.BeginScope(new CallScope(call, entity));
        try
        {
            await next(context);
        }
        finally
        {
            Record(context, call, entity);
        }
    }

    /// <summary>The span under way, or the one that the trigger names: a request's header, a message's property.</summary>
    private static string? TraceParent(FunctionContext context)
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } current)
            return current.Id;

        return ActivityContext.TryParse(context.TraceContext.TraceParent, null, out _) ? context.TraceContext.TraceParent : null;
    }

    private static void Record(FunctionContext context, CallContext call, string? entity)
    {
        if (CrmTelemetry.RequestCharge.Enabled)
        {
            CrmTelemetry.RequestCharge.Record(
                context.InstanceServices.GetRequiredService<RequestCharge>().Total, new("function", context.FunctionDefinition.Name), new("entity", entity));
        }

        Activity.Current?
            .SetTag("crm.tenant", call.TenantId)
            .SetTag("crm.entity", entity)
            .SetTag("crm.request_id", call.RequestId);
    }
}
