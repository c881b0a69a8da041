using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Messaging.ServiceBus;
using Crm.Entities.Changes;
using Crm.History;
using Crm.Orders;
using Crm.Platform.Json;
using Crm.Tests.Fixtures;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Crm.Tests.Orders;

/// <summary>A CRM whose events go to no queue: the test brings the messages to the function, as the broker may, again, at once, late, with faults on the way.</summary>
public sealed class HandDelivery : CrmApp
{
    internal Faults Faults { get; } = new();

    protected override void Configure(FunctionsApplicationBuilder builder)
    {
        builder.Services.RemoveAll<EventRoute>();
        builder.Services.PostConfigure<CosmosClientOptions>(options => options.CustomHandlers.Add(Faults.NewHandler()));
    }

    /// <summary>The message of the latest event of a type that a record has announced.</summary>
    internal async Task<ServiceBusReceivedMessage> MessageAsync(JsonObject record, string type)
    {
        var change = (await this.DocumentsAsync(record))
            .Where(document => (string?)document["kind"] == "change" && document["events"]!.AsArray().Any(name => (string?)name == type))
            .Select(document => document.Deserialize<Change>(CrmJson.Options)!)
            .MaxBy(change => change.Version)!;
        var message = EventMessage.Of(change, change.Events.ToList().IndexOf(type)).ToMessage(null);
        return ServiceBusModelFactory.ServiceBusReceivedMessage(message.Body, message.MessageId, lockTokenGuid: Guid.NewGuid());
    }

    /// <summary>Delivers a message until it is completed; gives how often that was.</summary>
    internal async Task<int> DeliverAsync(ServiceBusReceivedMessage message, PlannedFault? fault = null)
    {
        var broker = new Broker(Faults);
        var deliveries = 0;
        for (; !broker.Settled; deliveries++)
        {
            Assert.True(deliveries < 10, "The message would be dead-lettered.");
            await Faults.SurvivesAsync(fault, () => Functions().Process(message, broker, CancellationToken.None));
        }

        return deliveries;
    }

    /// <summary>Delivers a message once, and lets the process die where it is planned to.</summary>
    internal Task<bool> DeliverOnceAsync(ServiceBusReceivedMessage message, PlannedFault? fault = null) =>
        Faults.SurvivesAsync(fault, () => Functions().Process(message, new Broker(Faults), CancellationToken.None));

    /// <summary>Delivers a message from the dead letters.</summary>
    internal Task DeliverDeadAsync(ServiceBusReceivedMessage message) => Functions().Hold(message, new Broker(Faults), CancellationToken.None);

    internal OrderQueueFunctions Functions() => ActivatorUtilities.CreateInstance<OrderQueueFunctions>(Services);

    internal sealed class Broker(Faults faults) : ServiceBusMessageActions
    {
        public bool Settled { get; private set; }

        public string? DeadLettered { get; private set; }

        public override Task CompleteMessageAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default) => faults.CallAsync(() =>
        {
            Settled = true;
            return Task.CompletedTask;
        });

        public override Task DeadLetterMessageAsync(
            ServiceBusReceivedMessage message, Dictionary<string, object>? propertiesToModify = null, string? deadLetterReason = null, string? deadLetterErrorDescription = null, CancellationToken cancellationToken = default)
        {
            (Settled, DeadLettered) = (true, deadLetterReason);
            return Task.CompletedTask;
        }
    }
}
