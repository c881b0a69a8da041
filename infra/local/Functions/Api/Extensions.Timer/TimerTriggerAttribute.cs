using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Azure.Functions.Worker.Extensions.Timer.Converters;

namespace Microsoft.Azure.Functions.Worker;

[BindingCapabilities(KnownBindingCapabilities.FunctionLevelRetry)]
[ConverterFallbackBehavior(ConverterFallbackBehavior.Allow)]
[InputConverter(typeof(TimerInfoConverter))]
public sealed class TimerTriggerAttribute(string schedule) : TriggerBindingAttribute
{
    /// <summary>NCRONTAB with six fields, seconds first, in UTC; or a period such as <c>00:30:00</c>; or <c>%Name%</c> of a setting with either.</summary>
    public string Schedule { get; } = schedule;

    /// <summary>Whether to remember the last run, so that one missed while nothing ran is made up for. Without effect on schedules of less than a minute.</summary>
    public bool UseMonitor { get; set; } = true;

    public bool RunOnStartup { get; set; }
}
