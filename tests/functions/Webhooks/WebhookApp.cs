using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Messaging.ServiceBus;
using Crm.Entities.Changes;
using Crm.Platform.Cosmos;
using Crm.Platform.Json;
using Crm.Platform.Messaging;
using Crm.Tests.Fixtures;
using Crm.Tests.Orders;
using Crm.Webhooks;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.Webhooks;

/// <summary>An app that may send to this machine, and gives up on a receiver after a second.</summary>
public class WebhookApp : CrmApp
{
    protected override IEnumerable<string> Settings => [.. base.Settings, "--Webhooks:AllowLoopback=true", "--Webhooks:TimeoutSeconds=1"];

    /// <summary>A webhook of widgets.</summary>
    internal Task<JsonObject> WebhookAsync(Receiver receiver, params string[] types) => WebhookAsync(receiver, types, more: []);

    /// <summary>A webhook with more to it than a receiver and types.</summary>
    internal async Task<JsonObject> WebhookAsync(Receiver receiver, string[] types, JsonObject more)
    {
        var body = (JsonObject)more.DeepClone();
        body["url"] = receiver.Url;
        body["types"] = new JsonArray([.. types.Select(type => (JsonNode)type)]);
        return (await this.PostAsync("webhooks", body)).Expect(201).Json;
    }

    /// <summary>The deliveries of a webhook, newest event first.</summary>
    public async Task<IReadOnlyList<JsonObject>> DeliveriesAsync(JsonNode webhook) =>
        [.. (await SendAsync("GET", $"{webhook.Path()}/deliveries")).Expect(200).Json["value"]!.AsArray().Select(delivery => (JsonObject)delivery!)];
}

/// <summary>An app whose deliveries the test makes itself, one after the other, at the time it wants.</summary>
public class SlowMotionApp : WebhookApp
{
    protected override IEnumerable<string> Settings => [.. base.Settings, "--AzureWebJobs.DeliverWebhook.Disabled=true"];

    internal MovableClock Clock { get; } = new();

    protected override void Configure(FunctionsApplicationBuilder builder) => builder.Services.AddSingleton<TimeProvider>(Clock);

    /// <summary>Moves the clock, and signs in again: no token is good for so long.</summary>
    public async Task AdvanceAsync(TimeSpan by)
    {
        Clock.Advance(by);
        await Client.SignInAsync("admin@example.com", AdminPassword);
    }

    /// <summary>The message that is to make an attempt, and when it is due.</summary>
    internal async Task<(DeliveryMessage Message, DateTimeOffset Due)> AttemptAsync(JsonNode webhook, int attempt)
    {
        var found = await Eventually.GetAsync(
            async () => (await MessagesAsync(webhook)).Where(message => message.Message.Attempt == attempt).ToList(), messages => messages.Count > 0, $"attempt {attempt} is planned");
        return found[0];
    }

    /// <summary>Every message for a webhook, those for later included.</summary>
    internal async Task<IReadOnlyList<(DeliveryMessage Message, DateTimeOffset Due)>> MessagesAsync(JsonNode webhook) =>
        [.. (await QueuedAsync(webhook)).Select(queued => (queued.Message, queued.Due))];

    /// <summary>The same from a number on, each with the number that the broker knows it by.</summary>
    internal async Task<IReadOnlyList<(long Number, DeliveryMessage Message, DateTimeOffset Due)>> QueuedAsync(JsonNode webhook, long from = 0)
    {
        await using var receiver = Services.GetRequiredService<ServiceBusClient>().CreateReceiver(Queues.Webhooks);
        var messages = new List<ServiceBusReceivedMessage>();

        // One look has 250 at most.
        while (await receiver.PeekMessagesAsync(250, fromSequenceNumber: from) is { Count: > 0 } page)
        {
            messages.AddRange(page);
            from = page[^1].SequenceNumber + 1;
        }

        return
        [
            .. from message in messages
               let delivery = JsonSerializer.Deserialize<DeliveryMessage>(message.Body.ToString(), CrmJson.Options)!
               where delivery.WebhookId == webhook.Id()
               select (message.SequenceNumber, delivery, message.ScheduledEnqueueTime),
        ];
    }

    /// <summary>How many events of a record are waiting for a webhook.</summary>
    internal async Task<int> LineAsync(JsonNode webhook, JsonNode record)
    {
        await using var scope = Services.CreateAsyncScope();
        var (scopeName, id) = (WaitingLine.ScopeOf(webhook.Id()), WaitingLine.IdOf((string)record["type"]!, record.Id()));
        return (await scope.ServiceProvider.GetRequiredService<KeyDocuments>().FindAsync<WaitingLine>("default", scopeName, id, CancellationToken.None))?.Document.Events.Count ?? 0;
    }

    /// <summary>Moves a message to the dead letters, as the broker does with what fails too often.</summary>
    internal async Task BuryAsync(DeliveryMessage message)
    {
        await using var receiver = Services.GetRequiredService<ServiceBusClient>().CreateReceiver(Queues.Webhooks);
        foreach (var received in await receiver.ReceiveMessagesAsync(500, TimeSpan.FromSeconds(5)))
        {
            if (JsonSerializer.Deserialize<DeliveryMessage>(received.Body.ToString(), CrmJson.Options) == message)
                await receiver.DeadLetterMessageAsync(received, "TooMuch", "for the test");
            else
                await receiver.AbandonMessageAsync(received);
        }
    }

    internal async Task DeliverAsync(DeliveryMessage message)
    {
        await using var scope = Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<DeliverWebhook>().RunAsync(message, CancellationToken.None);
    }

    internal sealed class MovableClock : TimeProvider
    {
        private TimeSpan _ahead;

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _ahead;

        public void Advance(TimeSpan by) => _ahead += by;
    }
}

/// <summary>An app in which the test brings changes to the webhooks too: again, at once, late, with faults on the way.</summary>
public sealed class StepByStepApp : SlowMotionApp
{
    protected override IEnumerable<string> Settings => [.. base.Settings, "--AzureWebJobs.MatchWebhooks.Disabled=true"];

    internal Faults Faults { get; } = new();

    protected override void Configure(FunctionsApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.Services.PostConfigure<CosmosClientOptions>(options => options.CustomHandlers.Add(Faults.NewHandler()));
    }

    /// <summary>The changes of a record, in the order of versions.</summary>
    internal async Task<IReadOnlyList<FeedChange>> ChangesAsync(JsonNode record) =>
        [.. FeedChanges.In((await this.DocumentsAsync(record)).Select(document => JsonSerializer.SerializeToElement(document))).OrderBy(change => change.Change.Version)];

    internal async Task MatchAsync(IReadOnlyList<FeedChange> changes)
    {
        await using var scope = Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<MatchWebhooks>().RunAsync(changes, CancellationToken.None);
    }
}
