using Azure.Messaging.ServiceBus;
using Crm.Platform.Messaging;
using Crm.Tests.Fixtures;
using Crm.Tests.Orders;
using Crm.Webhooks.Inbound;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.Webhooks.Inbound;

/// <summary>An app whose messages the test brings to the functions itself, with faults on the way.</summary>
public sealed class HandProcessedApp : CrmApp
{
    internal Faults Faults { get; } = new();

    protected override IEnumerable<string> Settings => [.. base.Settings, "--AzureWebJobs.ProcessInboundEvent.Disabled=true"];

    protected override void Configure(FunctionsApplicationBuilder builder) =>
        builder.Services.PostConfigure<CosmosClientOptions>(options => options.CustomHandlers.Add(Faults.NewHandler()));

    /// <summary>Receives a request, as far as the process lives.</summary>
    internal Task<bool> ReceiveAsync(Sender sender, string id, byte[] body, PlannedFault fault) => Faults.SurvivesAsync(fault, async () =>
    {
        await using var scope = Services.CreateAsyncScope();
        var http = new DefaultHttpContext { RequestServices = scope.ServiceProvider, Request = { Method = "POST", ContentType = "application/json", Body = new MemoryStream(body), ContentLength = body.Length } };
        foreach (var (name, value) in sender.Headers(id, body))
            http.Request.Headers[name] = value;
        await scope.ServiceProvider.GetRequiredService<ReceiveEvent>().RunAsync(sender.Path.Split('/')[^1], http.Request, CancellationToken.None);
    });

    /// <summary>Delivers a message until it is completed.</summary>
    internal async Task DeliverAsync(InboundMessage message, PlannedFault? fault = null)
    {
        var broker = new HandDelivery.Broker(Faults);
        for (var deliveries = 0; !broker.Settled; deliveries++)
        {
            Assert.True(deliveries < 10, "The message would be dead-lettered.");
            await Faults.SurvivesAsync(fault, () => Functions().Process(Received(message), broker, CancellationToken.None));
        }
    }

    internal Task DeliverDeadAsync(InboundMessage message) => Functions().Fail(Received(message), new HandDelivery.Broker(Faults), CancellationToken.None);

    /// <summary>The messages that wait for an event, those for later included.</summary>
    internal async Task<IReadOnlyList<(InboundMessage Message, DateTimeOffset Due)>> MessagesAsync(string eventId)
    {
        await using var receiver = Services.GetRequiredService<ServiceBusClient>().CreateReceiver(Queues.InboundWebhooks);
        var messages = await receiver.PeekMessagesAsync(1000, fromSequenceNumber: 0);
        return [.. messages.Select(message => (InboundMessage.Read(message)!, message.ScheduledEnqueueTime)).Where(waiting => waiting.Item1.EventId == eventId)];
    }

    internal InboundQueueFunctions Functions() => ActivatorUtilities.CreateInstance<InboundQueueFunctions>(Services.CreateScope().ServiceProvider);

    private static ServiceBusReceivedMessage Received(InboundMessage message) =>
        ServiceBusModelFactory.ServiceBusReceivedMessage(message.ToMessage().Body, message.EventId, lockTokenGuid: Guid.NewGuid());
}
