#nullable disable
using Crm.Local.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>Receives on its own and calls a handler for each message, several at once if allowed. A handler that throws abandons its message.</summary>
public class ServiceBusProcessor : IAsyncDisposable
{
    private readonly MessagePump _pump;
    private readonly EntityLink _link;
    private readonly ServiceBusReceiver _receiver;
    private Func<ProcessMessageEventArgs, Task> _processMessage;
    private Func<ProcessErrorEventArgs, Task> _processError;

    protected ServiceBusProcessor()
    {
    }

    protected ServiceBusProcessor(ServiceBusClient client, string queueName, ServiceBusProcessorOptions options)
        : this(client.LinkTo(EntityPaths.Of(queueName, options?.SubQueue ?? SubQueue.None)), options)
    {
    }

    protected ServiceBusProcessor(ServiceBusClient client, string topicName, string subscriptionName, ServiceBusProcessorOptions options)
        : this(client.LinkTo(EntityPaths.Of(EntityPaths.Subscription(topicName, subscriptionName), options?.SubQueue ?? SubQueue.None)), options)
    {
    }

    internal ServiceBusProcessor(EntityLink link, ServiceBusProcessorOptions options)
    {
        options ??= new ServiceBusProcessorOptions();
        _link = link;
        _receiver = new ServiceBusReceiver(link, new ServiceBusReceiverOptions { ReceiveMode = options.ReceiveMode, Identifier = options.Identifier });
        AutoCompleteMessages = options.AutoCompleteMessages;
        MaxAutoLockRenewalDuration = options.MaxAutoLockRenewalDuration;
        PrefetchCount = options.PrefetchCount;
        _pump = new MessagePump(_receiver, new LockRenewal(() => link.Time, MaxAutoLockRenewalDuration), options.MaxConcurrentCalls, HandleAsync, ReportAsync);
    }

    /// <summary>Exactly one handler, set before the start.</summary>
    public event Func<ProcessMessageEventArgs, Task> ProcessMessageAsync
    {
        add => Set(ref _processMessage, value, nameof(ProcessMessageAsync));
        remove => Unset(ref _processMessage, value);
    }

    /// <summary>Exactly one handler, set before the start.</summary>
    public event Func<ProcessErrorEventArgs, Task> ProcessErrorAsync
    {
        add => Set(ref _processError, value, nameof(ProcessErrorAsync));
        remove => Unset(ref _processError, value);
    }

    public virtual string FullyQualifiedNamespace => _link.Namespace;

    public virtual string EntityPath => _link.EntityPath;

    public virtual string Identifier => _receiver.Identifier;

    public virtual ServiceBusReceiveMode ReceiveMode => _receiver.ReceiveMode;

    public virtual int PrefetchCount { get; }

    public virtual bool AutoCompleteMessages { get; }

    public virtual TimeSpan MaxAutoLockRenewalDuration { get; }

    public virtual int MaxConcurrentCalls => _pump.MaxConcurrentCalls;

    public virtual bool IsProcessing => _pump.IsRunning;

    public virtual bool IsClosed => _link.IsClosed;

    public virtual Task StartProcessingAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        if (_processMessage is null) throw new InvalidOperationException("Cannot begin processing without ProcessMessageAsync handler set.");
        if (_processError is null) throw new InvalidOperationException("Cannot begin processing without ProcessErrorAsync handler set.");
        _pump.Start();
        return Task.CompletedTask;
    }

    /// <summary>Returns when the handlers under way have finished.</summary>
    public virtual Task StopProcessingAsync(CancellationToken cancellationToken = default) => _pump.StopAsync(cancellationToken);

    public void UpdateConcurrency(int maxConcurrentCalls)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxConcurrentCalls, 1);
        _pump.MaxConcurrentCalls = maxConcurrentCalls;
    }

    public virtual async Task CloseAsync(CancellationToken cancellationToken = default)
    {
        await StopProcessingAsync(cancellationToken);
        await _receiver.CloseAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    protected internal virtual Task OnProcessMessageAsync(ProcessMessageEventArgs args) => _processMessage(args);

    protected internal virtual Task OnProcessErrorAsync(ProcessErrorEventArgs args) => _processError(args);

    private async Task HandleAsync(ServiceBusReceivedMessage message, CancellationToken stopping)
    {
        var args = new ProcessMessageEventArgs(message, _receiver, Identifier, stopping);
        var failure = ServiceBusErrorSource.ProcessMessageCallback;
        try
        {
            await OnProcessMessageAsync(args);
            failure = ServiceBusErrorSource.Complete;
            if (AutoCompleteMessages && !args.IsSettled && ReceiveMode is ServiceBusReceiveMode.PeekLock) await _receiver.CompleteMessageAsync(message, CancellationToken.None);
        }
        catch (Exception e)
        {
            await ReportAsync(e, failure);
            if (e is ServiceBusException { Reason: ServiceBusFailureReason.MessageLockLost }) await args.OnMessageLockLostAsync(new MessageLockLostEventArgs(message, e));
            else if (!args.IsSettled && ReceiveMode is ServiceBusReceiveMode.PeekLock) await AbandonAsync(message);
        }
    }

    private async Task AbandonAsync(ServiceBusReceivedMessage message)
    {
        try
        {
            await _receiver.AbandonMessageAsync(message, cancellationToken: CancellationToken.None);
        }
        catch (Exception e) when (e is ServiceBusException or ObjectDisposedException)
        {
            await ReportAsync(e, ServiceBusErrorSource.Abandon);
        }
    }

    private async Task ReportAsync(Exception exception, ServiceBusErrorSource source)
    {
        try
        {
            await OnProcessErrorAsync(new ProcessErrorEventArgs(exception, source, FullyQualifiedNamespace, EntityPath, Identifier, CancellationToken.None));
        }
        catch (Exception)
        {
            // The handler of errors has nobody to report its own to; the processor goes on, as the real one does.
        }
    }

    private static void Set<T>(ref T handler, T value, string name)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(value);
        if (handler is not null) throw new NotSupportedException($"{name} has a handler already, and may have only one.");
        handler = value;
    }

    private static void Unset<T>(ref T handler, T value)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!Equals(handler, value)) throw new ArgumentException("This handler was not set.");
        handler = null;
    }
}
