using Crm.Local.Functions.Catalog;
using Crm.Local.Functions.Invocation;
using Crm.Local.Functions.Settings;
using Crm.Local.Functions.Startup;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crm.Local.Functions.Timers;

/// <summary>The timer trigger. The data folder is held by one host at a time, so one instance of a timer runs at a time.</summary>
internal sealed class TimerTriggerListener(FunctionRetries functions, IServiceProvider services, IConfiguration configuration, ILogger<TimerTriggerListener> logger) : ITriggerListener, IDisposable
{
    private readonly TimeProvider _time = services.GetService<TimeProvider>() ?? TimeProvider.System;
    private TimerFunction[] _timers = [];

    public Type TriggerAttribute => typeof(TimerTriggerAttribute);

    public IReadOnlyCollection<string> Addresses => [];

    public string? Example => null;

    public void Take(IReadOnlyList<LocalFunction> own, HostJson hostJson) => _timers = [.. own.Select(Timer)];

    public Task StartAsync(CancellationToken cancellation)
    {
        foreach (var timer in _timers)
            timer.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken deadline) => Task.WhenAll(_timers.Select(timer => timer.StopAsync(deadline)));

    public void Dispose()
    {
        foreach (var timer in _timers)
            timer.Dispose();
    }

    private TimerFunction Timer(LocalFunction function)
    {
        var attribute = (TimerTriggerAttribute)function.Trigger;
        try
        {
            var schedule = TimerSchedule.Parse(configuration.Resolve(attribute.Schedule));
            var file = attribute.UseMonitor && !schedule.IsFrequent ? new TimerStatusFile(LocalPaths.Data(configuration), function.Name) : null;
            return new TimerFunction(function, schedule, file, functions, _time, logger);
        }
        catch (InvalidOperationException e)
        {
            throw new StartException($"Function '{function.Name}': {e.Message}", e);
        }
    }
}
