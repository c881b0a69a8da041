using System.Text.Json;
using Crm.Local.Functions.Catalog;
using Crm.Local.Functions.Invocation;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Crm.Local.Functions.Timers;

/// <summary>One function on its schedule: the next run is due when the last one has ended, so two never overlap.</summary>
/// <param name="file">Null when the schedule is not monitored.</param>
internal sealed partial class TimerFunction(LocalFunction function, TimerSchedule schedule, TimerStatusFile? file, FunctionRetries functions, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>Timers do not go much further.</summary>
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(24);

    private readonly CancellationTokenSource _stopping = new();
    private TimerStatus _status = TimerStatus.New(schedule, time.GetUtcNow());
    private Task _running = Task.CompletedTask;

    /// <exception cref="Startup.StartException">What is remembered of its runs is damaged.</exception>
    public void Start()
    {
        var now = time.GetUtcNow();
        if (file is not null)
        {
            var known = file.Read();
            _status = known?.Under(schedule, now) ?? TimerStatus.New(schedule, now);
            if (_status != known) Save(file);
        }

        _running = RunAsync(isPastDue: now > _status.Next);
    }

    public async Task StopAsync(CancellationToken deadline)
    {
        await _stopping.CancelAsync();
        try
        {
            await _running.WaitAsync(deadline);
        }
        catch (OperationCanceledException)
        {
            Log.NotStopped(logger, function.Name);
        }
    }

    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync(bool isPastDue)
    {
        try
        {
            if (isPastDue || ((TimerTriggerAttribute)function.Trigger).RunOnStartup)
            {
                // The start of the host does not wait for it.
                await Task.Yield();
                await InvokeAsync(time.GetUtcNow(), isPastDue);
            }

            while (true)
            {
                await WaitAsync();

                // The clock may be a little short of the time, and the run would be due again.
                var now = time.GetUtcNow();
                await InvokeAsync(now < _status.Next ? _status.Next : now, isPastDue: false);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task WaitAsync()
    {
        for (TimeSpan left; (left = _status.Next - time.GetUtcNow()) > TimeSpan.Zero;)
            await Task.Delay(left < LongestDelay ? left : LongestDelay, time, _stopping.Token);
    }

    private async Task InvokeAsync(DateTimeOffset at, bool isPastDue)
    {
        _stopping.Token.ThrowIfCancellationRequested();
        var info = JsonSerializer.Serialize(new { ScheduleStatus = file is null ? null : _status, IsPastDue = isPastDue });
        try
        {
            await functions.RunAsync(function, info, _stopping.Token);
        }
        finally
        {
            // A run that failed or was cancelled has been: as on Azure, it does not come again before the next one is due.
            _status = TimerStatus.AfterRun(schedule, at);
            if (file is not null) Save(file);
        }
    }

    private void Save(TimerStatusFile to)
    {
        try
        {
            to.Write(_status);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The timer goes on. A start before the next run that can be recorded finds the older status.
            Log.NotSaved(logger, e, function.Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Function '{FunctionName}': the status of its timer could not be saved")]
        public static partial void NotSaved(ILogger logger, Exception exception, string functionName);

        [LoggerMessage(2, LogLevel.Warning, "Function '{FunctionName}' did not stop in time")]
        public static partial void NotStopped(ILogger logger, string functionName);
    }
}
