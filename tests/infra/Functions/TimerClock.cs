using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Crm.Local.Tests.Functions;

/// <summary>A clock moved by hand that tells what is waited for.</summary>
internal sealed class TimerClock() : FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50))
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _waits.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>Waits until somebody has begun to wait just so long; each wait is told once.</summary>
    public async Task WaitedForAsync(TimeSpan time)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (await _waits.Reader.ReadAsync(deadline.Token) != time) { }
    }
}
