using System.Diagnostics;
using Crm.Local.Functions.Binding;
using Crm.Local.Functions.Catalog;
using Crm.Local.Functions.Settings;
using Microsoft.Azure.Functions.Worker.Invocation;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crm.Local.Functions.Invocation;

/// <summary>Runs a function inside the app's middleware. Every trigger comes through here.</summary>
internal sealed partial class FunctionInvoker
{
    private static readonly ActivitySource Source = new("Microsoft.Azure.Functions.Worker");
    private readonly IServiceScopeFactory _scopes;
    private readonly ILogger _logger;
    private readonly HostJson _hostJson;
    private readonly FunctionExecutionDelegate _pipeline;

    public FunctionInvoker(IServiceProvider services, IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware, HostJson hostJson)
    {
        _scopes = services.GetRequiredService<IServiceScopeFactory>();
        _logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Function");
        _hostJson = hostJson;
        var executor = services.GetRequiredService<IFunctionExecutor>();
        FunctionExecutionDelegate pipeline = context => executor.ExecuteAsync(context).AsTask();
        for (var i = middleware.Count - 1; i >= 0; i--)
            pipeline = middleware[i](pipeline);
        _pipeline = pipeline;
    }

    public InvocationContext CreateContext(LocalFunction function, TriggerData trigger) => new(function, trigger, _scopes, _hostJson.FunctionTimeout);

    /// <summary>Throws what the function threw, after writing the one log entry about it.</summary>
    public async Task RunAsync(InvocationContext context)
    {
        using var scope = _logger.BeginScope(new InvocationScope(context));
        using var activity = Source.HasListeners() ? Source.StartActivity("Invoke", ActivityKind.Server, context.TraceContext.TraceParent) : null;
        try
        {
            await _pipeline(context);
        }
        catch (OperationCanceledException) when (InvocationState.Of(context).Trigger.Cancellation.IsCancellationRequested)
        {
            Log.Abandoned(_logger, context.Function.Name, context.InvocationId);
            throw;
        }
        catch (Exception e)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.Message);
            Log.Failed(_logger, e, context.Function.Name, context.InvocationId);
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Function '{FunctionName}', invocation {InvocationId}, failed")]
        public static partial void Failed(ILogger logger, Exception exception, string functionName, string invocationId);

        [LoggerMessage(2, LogLevel.Information, "Function '{FunctionName}', invocation {InvocationId}, was cancelled: nobody waits for its answer")]
        public static partial void Abandoned(ILogger logger, string functionName, string invocationId);
    }
}
