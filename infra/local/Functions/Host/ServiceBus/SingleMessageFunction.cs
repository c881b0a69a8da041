using Azure.Messaging.ServiceBus;
using Crm.Local.Functions.Catalog;
using Crm.Local.Functions.Invocation;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Crm.Local.Functions.ServiceBus;

/// <summary>A call for each message, several at once, by the client's own processor: it renews locks, completes on return and abandons on a throw.</summary>
internal sealed class SingleMessageFunction(
    LocalFunction function, string queue, bool autoComplete, ServiceBusHostOptions options, FunctionInvoker invoker, ILogger logger)
    : QueueFunction(function, queue, isBatched: false, invoker, logger)
{
    private ServiceBusProcessor? _processor;

    public override void Start(ServiceBusClient client)
    {
        _processor = client.CreateProcessor(Queue, new ServiceBusProcessorOptions
        {
            AutoCompleteMessages = autoComplete,
            MaxConcurrentCalls = options.MaxConcurrentCalls,
            MaxAutoLockRenewalDuration = options.MaxAutoLockRenewalDuration,
            PrefetchCount = options.PrefetchCount,
        });
        _processor.ProcessMessageAsync += ProcessAsync;
        _processor.ProcessErrorAsync += ReportAsync;
        _ = _processor.StartProcessingAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_processor is not null) await _processor.CloseAsync(new CancellationToken(canceled: true)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    protected override Task DrainAsync(CancellationToken deadline) => _processor?.StopProcessingAsync(deadline) ?? Task.CompletedTask;

    private async Task ProcessAsync(ProcessMessageEventArgs args)
    {
        var actions = new ServiceBusMessageActions(args.Receiver);
        try
        {
            await InvokeAsync([args.Message], actions);
        }
        finally
        {
            args.IsSettled = actions.HasSettled(args.Message);
        }
    }

    private Task ReportAsync(ProcessErrorEventArgs args)
    {
        // What the function threw is logged already.
        if (args.ErrorSource is not ServiceBusErrorSource.ProcessMessageCallback) Report(args.Exception);
        return Task.CompletedTask;
    }
}
