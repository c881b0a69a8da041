using Crm.Local.Functions.Invocation;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Http.Converters;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Crm.Local.Functions.Http;

/// <summary>
/// Gives what follows it in the pipeline the <c>HttpContext</c>, and executes the result when that has returned:
/// middleware may replace a result, and cannot catch what the result throws.
/// </summary>
internal sealed class HttpProxyingMiddleware : IFunctionsWorkerMiddleware
{
    public const string HttpContextKey = "HttpRequestContext";

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        var state = InvocationState.Of(context);
        if (state.Trigger is not HttpTriggerData { Http: var http })
        {
            await next(context);
            return;
        }

        context.Items.Add(HttpContextKey, http);
        context.Features.Set<IHttpRequestDataFeature>(RequestDataFeature.Instance);
        context.Features.Set<IFromBodyConversionFeature>(FromBodyConversion.Instance);
        await next(context);
        await ExecuteAsync(state.Result ?? Output(context), http);
    }

    private static object? Output(FunctionContext context) => context.GetOutputBindings<object>().FirstOrDefault(output => output.BindingType == "http")?.Value;

    // Anything else, a plain object too, leaves the answer as the function left it: by default 200 without a body.
    private static Task ExecuteAsync(object? result, HttpContext http) => result switch
    {
        IActionResult action => action.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor())),
        IResult minimal => minimal.ExecuteAsync(http),
        _ => Task.CompletedTask,
    };
}
