using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;

namespace Crm.Local.ServiceBus;

/// <summary>
/// Keeps a handler supplied with messages: it asks for as many as may still run, waits for the first, and renews the locks of those being
/// handled. Behind <see cref="ServiceBusProcessor"/>.
/// </summary>
internal sealed class MessagePump(
    ServiceBusReceiver receiver,
    LockRenewal renewal,
    int maxConcurrentCalls,
    Func<ServiceBusReceivedMessage, CancellationToken, Task> handle,
    Func<Exception, ServiceBusErrorSource, Task> report) : IAsyncDisposable
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private CancellationTokenSource? _stop;
    private Task _receiving = Task.CompletedTask;

    public int MaxConcurrentCalls { get; set; } = maxConcurrentCalls;

    public bool IsRunning => _stop is not null;

    public void Start()
    {
        if (_stop is not null) throw new InvalidOperationException("The processor is already running; it must be stopped before it can start again.");
        _stop = new CancellationTokenSource();

        // What was current at the start, a trace among it, is nothing of the messages'.
        using (ExecutionContext.SuppressFlow())
            _receiving = Task.Run(() => ReceiveAsync(_stop.Token));
    }

    /// <summary>Receives nothing more and waits for the handlers under way, or until it is told not to.</summary>
    public async Task StopAsync(CancellationToken deadline)
    {
        if (_stop is null) return;
        await _stop.CancelAsync();
        await _receiving.WaitAsync(deadline);
        await Task.WhenAll(_running.Keys).WaitAsync(deadline);
        _stop.Dispose();
        _stop = null;
    }

    public ValueTask DisposeAsync() => new(StopAsync(CancellationToken.None));

    private async Task ReceiveAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var free = MaxConcurrentCalls - _running.Count;
                if (free <= 0)
                {
                    await Task.WhenAny(_running.Keys);
                    continue;
                }

                foreach (var message in await receiver.ReceiveMessagesAsync(free, cancellationToken: stop))
                    Run(message, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
            }
            catch (Exception e)
            {
                await report(e, ServiceBusErrorSource.Receive);
                if (e is ObjectDisposedException) return;
                await Task.Delay(AfterFailure, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Run(ServiceBusReceivedMessage message, CancellationToken stop)
    {
        var handled = Task.Run(() => RunAsync(message, stop), CancellationToken.None);
        _running.TryAdd(handled, true);
        _ = handled.ContinueWith(done => _running.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task RunAsync(ServiceBusReceivedMessage message, CancellationToken stop)
    {
        await using (renewal.Keep(receiver, [message], e => report(e, ServiceBusErrorSource.RenewLock)))
            await handle(message, stop);
    }
}
