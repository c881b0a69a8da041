#nullable disable
namespace Azure.Messaging.ServiceBus;

public class ServiceBusProcessorOptions
{
    private int _prefetchCount;
    private TimeSpan _maxAutoLockRenewalDuration = TimeSpan.FromMinutes(5);
    private int _maxConcurrentCalls = 1;

    /// <summary>Accepted and without effect: the broker is in this process, so there is nothing to fetch ahead.</summary>
    public int PrefetchCount
    {
        get => _prefetchCount;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _prefetchCount = value;
        }
    }

    public ServiceBusReceiveMode ReceiveMode { get; set; }

    /// <summary>Completes a message when its handler returns without having settled it.</summary>
    public bool AutoCompleteMessages { get; set; } = true;

    /// <summary>How long the lock is renewed while the handler runs; infinite is allowed.</summary>
    public TimeSpan MaxAutoLockRenewalDuration
    {
        get => _maxAutoLockRenewalDuration;
        set
        {
            if (value != Timeout.InfiniteTimeSpan) ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            _maxAutoLockRenewalDuration = value;
        }
    }

    public int MaxConcurrentCalls
    {
        get => _maxConcurrentCalls;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _maxConcurrentCalls = value;
        }
    }

    public SubQueue SubQueue { get; set; }

    public string Identifier { get; set; }
}
