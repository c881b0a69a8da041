using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Crm.History;
using Crm.Platform.Auth;
using Crm.Platform.Json;
using Crm.Platform.Messaging;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Crm.Campaigns.Sending;

/// <summary>Brings messages and the clock to the sending of campaigns, in the name of their tenant.</summary>
public sealed partial class CampaignQueueFunctions(SystemCalls calls, WatchCampaigns watch, ILogger<CampaignQueueFunctions> logger)
{
    [Function("SendCampaign")]
    public async Task Send(
        [ServiceBusTrigger(Queues.CampaignSends, Connection = Queues.Connection, AutoCompleteMessages = false)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions, CancellationToken cancellation)
    {
        if (Read<CampaignStep>(message) is { TenantId: not null, CampaignId: not null, Part: not null } step)
        {
            await RunAsync(step.TenantId, message, work => work.HandleAsync(step, message.DeliveryCount > 1, cancellation));
        }
        else if (Read<EventMessage>(message) is { TenantId: not null, RecordId: not null, Type: not null } announced)
        {
            await RunAsync(announced.TenantId, message, work => work.HandleAsync(announced, cancellation));
        }
        else
        {
            await actions.DeadLetterMessageAsync(message, deadLetterReason: "malformed", deadLetterErrorDescription: "The body is neither a step nor an event.", cancellationToken: cancellation);
            return;
        }

        await actions.CompleteMessageAsync(message, cancellation);
    }

    /// <summary>What was given up on ten times is left to the clock: tried at once, it would only fail again.</summary>
    [Function("DropDeadCampaignStep")]
    public async Task Drop(
        [ServiceBusTrigger(Queues.CampaignSends + "/$deadletterqueue", Connection = Queues.Connection, AutoCompleteMessages = false)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions, CancellationToken cancellation)
    {
        Log.GivenUp(logger, Read<CampaignStep>(message)?.CampaignId ?? Read<EventMessage>(message)?.RecordId ?? message.MessageId, $"{message.DeadLetterReason}: {message.DeadLetterErrorDescription}");
        await actions.CompleteMessageAsync(message, cancellation);
    }

    [Function(nameof(WatchCampaigns))]
    public Task Watch([TimerTrigger("30 */5 * * * *")] TimerInfo timer, CancellationToken cancellation) => watch.RunAsync(cancellation);

    private Task<bool> RunAsync(string tenantId, ServiceBusReceivedMessage message, Func<CampaignWork, Task> work)
    {
        var trace = message.ApplicationProperties.TryGetValue("Diagnostic-Id", out var parent) ? parent as string : null;
        return calls.RunAsync<CampaignWork, bool>(tenantId, "send-campaign", message.MessageId, trace, async service =>
        {
            await work(service);
            return true;
        });
    }

    /// <summary>The body, or null where it is something else.</summary>
    private static T? Read<T>(ServiceBusReceivedMessage message) where T : class
    {
        try
        {
            return message.Subject == CampaignStep.Subject == (typeof(T) == typeof(CampaignStep)) ? JsonSerializer.Deserialize<T>(message.Body.ToMemory().Span, CrmJson.Options) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "A message of campaign {CampaignId} was given up on; the next look at campaigns goes on with it: {Reason}")]
        public static partial void GivenUp(ILogger logger, string campaignId, string reason);
    }
}
