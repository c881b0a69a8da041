using System.Globalization;
using System.Reflection;
using Crm.Local.Functions.Startup;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Local.Functions.Invocation;

/// <summary>What a function's retry attribute asks for.</summary>
/// <param name="MaxRetryCount">-1 for ever.</param>
/// <param name="Minimum">The first delay. Each one doubles up to <paramref name="Maximum"/>.</param>
internal sealed record RetryPolicy(int MaxRetryCount, TimeSpan Minimum, TimeSpan Maximum)
{
    private const double Spread = 0.2;
    private static readonly RetryPolicy None = new(0, TimeSpan.Zero, TimeSpan.Zero);

    public static RetryPolicy Of(MethodInfo method) => method.GetCustomAttribute<RetryAttribute>() switch
    {
        FixedDelayRetryAttribute fixedDelay => Read(method, fixedDelay, fixedDelay.DelayInterval, fixedDelay.DelayInterval),
        ExponentialBackoffRetryAttribute backoff => Read(method, backoff, backoff.MinimumInterval, backoff.MaximumInterval),
        _ => None,
    };

    /// <summary>How long to wait before a retry, counted from 1; null when there is none any more.</summary>
    public TimeSpan? DelayBefore(int retry)
    {
        if (MaxRetryCount >= 0 && retry > MaxRetryCount) return null;
        if (retry == 1 || Minimum == Maximum) return Minimum;

        // Spread, so that what failed together does not come again together.
        var factor = Math.Pow(2, retry - 1) * (1 - Spread + (Random.Shared.NextDouble() * 2 * Spread));
        return TimeSpan.FromTicks((long)Math.Min(Minimum.Ticks * factor, Maximum.Ticks));
    }

    private static RetryPolicy Read(MethodInfo method, RetryAttribute attribute, string minimum, string maximum)
    {
        if (TimeSpan.TryParse(minimum, CultureInfo.InvariantCulture, out var least) && TimeSpan.TryParse(maximum, CultureInfo.InvariantCulture, out var most)
            && least >= TimeSpan.Zero && most >= least && attribute.MaxRetryCount >= -1)
            return new(attribute.MaxRetryCount, least, most);
        throw new StartException(
            $"{method.DeclaringType!.FullName}.{method.Name} has a {attribute.GetType().Name} that is not valid: a count (-1 for ever) and times such as \"00:00:05\", the smaller first, are expected.");
    }
}
