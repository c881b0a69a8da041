using Crm.Local.Functions.Binding;
using Crm.Local.Functions.Catalog;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crm.Local.Functions.Invocation;

/// <summary>Invokes the functions of triggers whose events nobody waits for: a failure is logged, and tried again as the function's retry attribute says.</summary>
internal sealed partial class FunctionRetries(FunctionInvoker invoker, IServiceProvider services, ILogger<FunctionRetries> logger)
{
    private readonly TimeProvider _time = services.GetService<TimeProvider>() ?? TimeProvider.System;

    /// <summary>False when the last attempt allowed has failed.</summary>
    /// <exception cref="OperationCanceledException">Cancelled before the function succeeded.</exception>
    public async Task<bool> RunAsync(LocalFunction function, object input, CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
        {
            if (await SucceedsAsync(function, new EventTriggerData(input, new Attempt(attempt, function.Retry.MaxRetryCount), cancellation))) return true;
            cancellation.ThrowIfCancellationRequested();
            if (function.Retry.DelayBefore(attempt + 1) is not { } delay) return false;
            Log.Retrying(logger, function.Name, attempt + 1, delay);
            await Task.Delay(delay, _time, cancellation);
        }
    }

    private async Task<bool> SucceedsAsync(LocalFunction function, TriggerData trigger)
    {
        await using var context = invoker.CreateContext(function, trigger);
        try
        {
            await invoker.RunAsync(context);
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The invoker has logged it.
            return false;
        }
    }

    private sealed class Attempt(int count, int most) : RetryContext
    {
        public override int RetryCount => count;

        public override int MaxRetryCount => most;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Function '{FunctionName}': retry {Retry} in {Delay}")]
        public static partial void Retrying(ILogger logger, string functionName, int retry, TimeSpan delay);
    }
}
