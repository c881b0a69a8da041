namespace Crm.Webhooks;

/// <summary>When a delivery that failed is tried again.</summary>
internal static class RetryPlan
{
    /// <summary>How long an endpoint may fail before nothing is sent to it any more.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromDays(5);

    private const double Jitter = 0.1;

    /// <summary>However long a receiver asks to be left alone.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5), TimeSpan.FromHours(10),
        TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    /// <summary>How long to wait after a failure; null where there is no next attempt.</summary>
    /// <param name="step">How many failures went before, from 0.</param>
    /// <param name="asked">What the receiver asks for: a longer wait is granted.</param>
    public static TimeSpan? Wait(int step, TimeSpan? asked)
    {
        if (step >= Waits.Length)
            return null;

        var planned = Waits[step] * (1 + (Jitter * ((2 * Random.Shared.NextDouble()) - 1)));
        var granted = asked is { } wanted && wanted < LongestWait ? wanted : asked is null ? TimeSpan.Zero : LongestWait;
        return planned > granted ? planned : granted;
    }

    /// <summary>How long a delivery waits for its endpoint, or for what is in the way on this side; nobody's attempt is used up.</summary>
    public static TimeSpan Queued(int times) => TimeSpan.FromSeconds(Math.Min(30, 1 << Math.Min(times, 5)) * (0.5 + Random.Shared.NextDouble()));
}
