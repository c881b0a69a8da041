using Azure.Messaging.ServiceBus;
using Crm.Local.Functions.Catalog;
using Crm.Local.Functions.Invocation;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Crm.Local.Functions.ServiceBus;

/// <summary>A call for all the messages there are, one call at a time. As in the extension nobody renews their locks.</summary>
internal sealed class BatchFunction(LocalFunction function, string queue, bool autoComplete, ServiceBusHostOptions options, FunctionInvoker invoker, ILogger logger)
    : QueueFunction(function, queue, isBatched: true, invoker, logger)
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public override void Start(ServiceBusClient client)
    {
        // What was current at the start, a trace among it, is nothing of the messages'.
        using (ExecutionContext.SuppressFlow())
            _running = Task.Run(() => RunAsync(client.CreateReceiver(Queue)));
    }

    public override ValueTask DisposeAsync()
    {
        _stopping.Dispose();
        return base.DisposeAsync();
    }

    protected override async Task DrainAsync(CancellationToken deadline)
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(deadline);
    }

    private async Task RunAsync(ServiceBusReceiver receiver)
    {
        var stop = _stopping.Token;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (await receiver.ReceiveMessagesAsync(options.MaxMessageBatchSize, cancellationToken: stop) is { Count: > 0 } messages) await ProcessAsync(receiver, messages);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
            }
            catch (Exception e)
            {
                Report(e);
                await Task.Delay(AfterFailure, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ProcessAsync(ServiceBusReceiver receiver, IReadOnlyList<ServiceBusReceivedMessage> messages)
    {
        var actions = new ServiceBusMessageActions(receiver);
        try
        {
            await InvokeAsync(messages, actions);
        }
        catch (Exception)
        {
            // Logged where it was thrown. Whether messages are completed automatically makes no difference here.
            await Task.WhenAll(Unsettled().Select(message => receiver.AbandonMessageAsync(message, cancellationToken: CancellationToken.None)));
            return;
        }

        if (autoComplete) await Task.WhenAll(Unsettled().Select(message => receiver.CompleteMessageAsync(message, CancellationToken.None)));

        IEnumerable<ServiceBusReceivedMessage> Unsettled() => messages.Where(message => !actions.HasSettled(message));
    }
}
