using Azure.Messaging.ServiceBus;
using Crm.Platform.Messaging;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Crm.Webhooks.Inbound;

/// <summary>
/// Brings messages to the work on events. What throws comes again, and after the tenth time lies with the dead letters, where its event is marked as failed: none is
/// left hanging.
/// </summary>
public sealed partial class InboundQueueFunctions(ProcessEvent process, ILogger<InboundQueueFunctions> logger)
{
    [Function("ProcessInboundEvent")]
    public async Task Process(
        [ServiceBusTrigger(Queues.InboundWebhooks, Connection = Queues.Connection, AutoCompleteMessages = false)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions, CancellationToken cancellation)
    {
        if (InboundMessage.Read(message) is not { } read)
        {
            await actions.DeadLetterMessageAsync(message, deadLetterReason: "malformed", deadLetterErrorDescription: "The body names no event.", cancellationToken: cancellation);
            return;
        }

        await process.RunAsync(read, cancellation);
        await actions.CompleteMessageAsync(message, cancellation);
    }

    [Function("FailDeadInboundEvent")]
    public async Task Fail(
        [ServiceBusTrigger(Queues.InboundWebhooks + "/$deadletterqueue", Connection = Queues.Connection, AutoCompleteMessages = false)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions, CancellationToken cancellation)
    {
        if (InboundMessage.Read(message) is { } read)
            await process.GiveUpAsync(read, $"{message.DeadLetterReason}: {message.DeadLetterErrorDescription}", cancellation);
        else
            Log.Malformed(logger, message.MessageId);

        await actions.CompleteMessageAsync(message, cancellation);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The dead letter {MessageId} names no event; it is dropped")]
        public static partial void Malformed(ILogger logger, string messageId);
    }
}
