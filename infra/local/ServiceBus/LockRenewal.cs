using Azure.Messaging.ServiceBus;

namespace Crm.Local.ServiceBus;

/// <summary>Renews the locks of messages while somebody works on them, for at most so long; infinite is allowed.</summary>
/// <param name="time">Asked once there is a message: before that the namespace need not be there.</param>
internal sealed class LockRenewal(Func<TimeProvider> time, TimeSpan longest)
{
    // As early before the end of a lock as the real client: ten seconds, or half of what is left when that is less.
    private static readonly TimeSpan LongestLead = TimeSpan.FromSeconds(10);

    /// <summary>Starts renewing; disposing what is returned ends it.</summary>
    public IAsyncDisposable Keep(ServiceBusReceiver receiver, IReadOnlyList<ServiceBusReceivedMessage> messages, Func<Exception, Task> report) =>
        receiver.ReceiveMode is ServiceBusReceiveMode.PeekLock && longest != TimeSpan.Zero ? new Work(receiver, messages, report, time(), longest) : Nothing.Instance;

    private sealed class Work : IAsyncDisposable
    {
        private readonly CancellationTokenSource _done = new();
        private readonly Task _renewing;

        public Work(ServiceBusReceiver receiver, IReadOnlyList<ServiceBusReceivedMessage> messages, Func<Exception, Task> report, TimeProvider time, TimeSpan longest) =>
            _renewing = Task.WhenAll(messages.Select(message => RenewAsync(receiver, message, report, time, longest)));

        public async ValueTask DisposeAsync()
        {
            await _done.CancelAsync();
            await _renewing;
            _done.Dispose();
        }

        private async Task RenewAsync(ServiceBusReceiver receiver, ServiceBusReceivedMessage message, Func<Exception, Task> report, TimeProvider time, TimeSpan longest)
        {
            var end = longest == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue : time.GetUtcNow() + longest;
            while (true)
            {
                var left = message.LockedUntil - time.GetUtcNow();
                var lead = left / 2 < LongestLead ? left / 2 : LongestLead;
                if (left <= TimeSpan.Zero || message.LockedUntil - lead >= end) return;
                await Task.Delay(left - lead, time, _done.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (_done.IsCancellationRequested) return;
                try
                {
                    await receiver.RenewMessageLockAsync(message, CancellationToken.None);
                }
                catch (Exception e) when (e is ServiceBusException or ObjectDisposedException)
                {
                    // Settled by the handler just now, most likely; else settling it will fail and say so.
                    if (!_done.IsCancellationRequested && e is not ServiceBusException { Reason: ServiceBusFailureReason.MessageLockLost }) await report(e);
                    return;
                }
            }
        }
    }

    private sealed class Nothing : IAsyncDisposable
    {
        public static Nothing Instance { get; } = new();

        public ValueTask DisposeAsync() => default;
    }
}
