#nullable disable
namespace Azure.Messaging.ServiceBus;

/// <summary>How often and how long the client tries again what failed for a passing reason.</summary>
public class ServiceBusRetryOptions
{
    private int _maxRetries = 3;
    private TimeSpan _delay = TimeSpan.FromSeconds(0.8);
    private TimeSpan _maxDelay = TimeSpan.FromMinutes(1);
    private TimeSpan _tryTimeout = TimeSpan.FromMinutes(1);

    public ServiceBusRetryMode Mode { get; set; } = ServiceBusRetryMode.Exponential;

    public int MaxRetries
    {
        get => _maxRetries;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 100);
            _maxRetries = value;
        }
    }

    public TimeSpan Delay
    {
        get => _delay;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMilliseconds(1));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromMinutes(5));
            _delay = value;
        }
    }

    public TimeSpan MaxDelay
    {
        get => _maxDelay;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            _maxDelay = value;
        }
    }

    /// <summary>How long one try may take, and how long a receive without a time of its own waits for a message.</summary>
    public TimeSpan TryTimeout
    {
        get => _tryTimeout;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMilliseconds(1));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromHours(1));
            _tryTimeout = value;
        }
    }

    public ServiceBusRetryPolicy CustomRetryPolicy { get; set; }
}

public abstract class ServiceBusRetryPolicy
{
    protected ServiceBusRetryPolicy()
    {
    }

    public abstract TimeSpan CalculateTryTimeout(int attemptCount);

    /// <summary>Null when it should not be tried again.</summary>
    public abstract TimeSpan? CalculateRetryDelay(Exception lastException, int attemptCount);
}
