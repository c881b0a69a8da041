using System.Globalization;
using NCrontab;

namespace Crm.Local.Functions.Timers;

/// <summary>When a timer is due. In UTC, as on Azure.</summary>
internal sealed class TimerSchedule
{
    private readonly CrontabSchedule? _cron;
    private readonly TimeSpan _period;

    private TimerSchedule(CrontabSchedule? cron, TimeSpan period)
    {
        _cron = cron;
        _period = period;
    }

    /// <summary>Whether it comes more than once a minute. The host does not remember the runs of such a one.</summary>
    public bool IsFrequent
    {
        get
        {
            if (_cron is null) return _period < TimeSpan.FromMinutes(1);
            var minute = DateTime.UnixEpoch;
            return _cron.ToString().Split(' ').Skip(1).All(part => part == "*") && _cron.GetNextOccurrences(minute, minute.AddMinutes(1)).Skip(1).Any();
        }
    }

    /// <param name="text">NCRONTAB with six fields, or five without seconds; or a period.</param>
    /// <exception cref="InvalidOperationException">It is neither.</exception>
    public static TimerSchedule Parse(string text)
    {
        var hasSeconds = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length != 5;
        if (CrontabSchedule.TryParse(text, new CrontabSchedule.ParseOptions { IncludingSeconds = hasSeconds }) is { } cron) return new(cron, default);
        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var period) && period > TimeSpan.Zero
            ? new(null, period)
            : throw new InvalidOperationException($"The schedule expression '{text}' was not recognized as a valid cron expression or timespan string.");
    }

    /// <summary>The first time after another.</summary>
    public DateTimeOffset After(DateTimeOffset time) => _cron is null ? time + _period : new(_cron.GetNextOccurrence(time.UtcDateTime), TimeSpan.Zero);
}
