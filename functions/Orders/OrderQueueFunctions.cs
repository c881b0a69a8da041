using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Crm.History;
using Crm.Platform.Auth;
using Crm.Platform.Json;
using Crm.Platform.Messaging;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Crm.Orders;

/// <summary>
/// Brings messages to the work on orders, in the name of their tenant. What throws comes again, and after the tenth time lies with the dead letters, where
/// it is taken up once more: no order is left hanging.
/// </summary>
public sealed partial class OrderQueueFunctions(SystemCalls calls, ILogger<OrderQueueFunctions> logger)
{
    [Function(nameof(ProcessOrder))]
    public async Task Process(
        [ServiceBusTrigger(Queues.Orders, Connection = Queues.Connection, AutoCompleteMessages = false)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions, CancellationToken cancellation)
    {
        if (Read(message) is not { } read)
        {
            await actions.DeadLetterMessageAsync(message, deadLetterReason: "malformed", deadLetterErrorDescription: "The body is no event.", cancellationToken: cancellation);
            return;
        }

        await RunAsync(read, message, work => work.HandleAsync(read, cancellation));
        await actions.CompleteMessageAsync(message, cancellation);
    }

    [Function("HoldDeadOrder")]
    public async Task Hold(
        [ServiceBusTrigger(Queues.Orders + "/$deadletterqueue", Connection = Queues.Connection, AutoCompleteMessages = false)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions, CancellationToken cancellation)
    {
        if (Read(message) is { } read)
            await RunAsync(read, message, work => work.GiveUpAsync(read, $"{message.DeadLetterReason}: {message.DeadLetterErrorDescription}", cancellation));
        else
            Log.Malformed(logger, message.MessageId);

        await actions.CompleteMessageAsync(message, cancellation);
    }

    private async Task RunAsync(EventMessage read, ServiceBusReceivedMessage message, Func<OrderWork, Task> work)
    {
        var trace = message.ApplicationProperties.TryGetValue("Diagnostic-Id", out var parent) ? parent as string : null;
        await calls.RunAsync<OrderWork, bool>(read.TenantId, nameof(ProcessOrder), read.Id, trace, async service =>
        {
            await work(service);
            return true;
        });
    }

    private static EventMessage? Read(ServiceBusReceivedMessage message)
    {
        try
        {
            return JsonSerializer.Deserialize<EventMessage>(message.Body.ToMemory().Span, CrmJson.Options) is { TenantId: not null, Entity: not null, RecordId: not null, Id: not null } read ? read : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The dead letter {MessageId} is no event; it is dropped")]
        public static partial void Malformed(ILogger logger, string messageId);
    }
}
