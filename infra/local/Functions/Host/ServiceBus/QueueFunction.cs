using Azure.Messaging.ServiceBus;
using Crm.Local.Functions.Catalog;
using Crm.Local.Functions.Invocation;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Crm.Local.Functions.ServiceBus;

/// <summary>One function on a queue: what settles its messages when it has returned or thrown, and what they are handed over as.</summary>
internal abstract partial class QueueFunction(LocalFunction function, string queue, bool isBatched, FunctionInvoker invoker, ILogger logger) : IAsyncDisposable
{
    private readonly Func<IReadOnlyList<ServiceBusReceivedMessage>, object> _input = MessageInput.Of(function, isBatched);
    private readonly CancellationTokenSource _givenUp = new();

    public LocalFunction Function => function;

    public string Queue => queue;

    public abstract void Start(ServiceBusClient client);

    /// <summary>Takes no new messages and waits for the calls under way. At the deadline those are left to the end of their locks.</summary>
    public async Task StopAsync(CancellationToken deadline)
    {
        try
        {
            await DrainAsync(deadline);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            Log.NotFinished(logger, function.Name);
        }

        await _givenUp.CancelAsync();
    }

    public virtual ValueTask DisposeAsync()
    {
        _givenUp.Dispose();
        GC.SuppressFinalize(this);
        return default;
    }

    protected abstract Task DrainAsync(CancellationToken deadline);

    /// <summary>Throws what the function threw, which is logged already.</summary>
    protected async Task InvokeAsync(IReadOnlyList<ServiceBusReceivedMessage> messages, ServiceBusMessageActions actions)
    {
        var trigger = new QueueTriggerData(_input(messages), messages, isBatched, actions, _givenUp.Token);
        await using var context = invoker.CreateContext(function, trigger);
        await invoker.RunAsync(context);
    }

    protected void Report(Exception exception)
    {
        if (exception is ServiceBusException { Reason: ServiceBusFailureReason.MessageLockLost }) Log.LockLost(logger, function.Name, queue);
        else Log.Failed(logger, exception, function.Name, queue);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Function '{FunctionName}': queue {Queue} failed")]
        public static partial void Failed(ILogger logger, Exception exception, string functionName, string queue);

        [LoggerMessage(2, LogLevel.Warning, "Function '{FunctionName}': the lock on a message of {Queue} was lost before it was settled; it comes again")]
        public static partial void LockLost(ILogger logger, string functionName, string queue);

        [LoggerMessage(3, LogLevel.Warning, "Function '{FunctionName}' did not finish in time; its messages come again")]
        public static partial void NotFinished(ILogger logger, string functionName);
    }
}
