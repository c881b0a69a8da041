using Azure.Messaging.ServiceBus;

namespace Crm.Local.ServiceBus;

/// <summary>Runs the sweep when something is due, and nothing until then.</summary>
internal sealed class Alarm : IAsyncDisposable
{
    // Timers take no longer time, and the clock may be set meanwhile.
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);
    private readonly TimeProvider _time;
    private readonly Func<Task> _sweep;
    private readonly ITimer _timer;

    public Alarm(TimeProvider time, Func<Task> sweep)
    {
        _time = time;
        _sweep = sweep;
        _timer = time.CreateTimer(static alarm => _ = ((Alarm)alarm!).RingAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <param name="due">Unix milliseconds; null for never.</param>
    public void Set(long? due)
    {
        if (due is not { } at)
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        // One more, because the clock is cut to whole milliseconds: a timer that rings a little early would ring again at once.
        var wait = TimeSpan.FromMilliseconds(Math.Max(0, at - _time.GetUtcNow().ToUnixTimeMilliseconds()) + 1);
        _timer.Change(wait < LongestWait ? wait : LongestWait, Timeout.InfiniteTimeSpan);
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private async Task RingAsync()
    {
        try
        {
            await _sweep();
        }
        catch (ServiceBusException)
        {
            // A full disk, most likely. Requests meet the same error and report it; the sweep tries again.
            _timer.Change(AfterFailure, Timeout.InfiniteTimeSpan);
        }
    }
}
