namespace Crm.Local.Functions.Timers;

/// <summary>What is remembered of a timer between runs. <c>Last</c> is <c>default</c> before the first one, and when the schedule has changed.</summary>
internal sealed record TimerStatus(DateTimeOffset Last, DateTimeOffset Next, DateTimeOffset LastUpdated)
{
    public static TimerStatus New(TimerSchedule schedule, DateTimeOffset now) => new(default, schedule.After(now), now);

    public static TimerStatus AfterRun(TimerSchedule schedule, DateTimeOffset time) => new(time, schedule.After(time), time);

    /// <summary>The same unless the schedule has changed: then what the new one would have missed counts only if it lies ahead.</summary>
    public TimerStatus Under(TimerSchedule schedule, DateTimeOffset now)
    {
        var since = Last != default ? Last : LastUpdated;
        var expected = schedule.After(since);
        if (Next == expected) return this;
        return now > expected ? New(schedule, now) : new(default, expected, since);
    }
}
