using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Messaging.ServiceBus;
using Crm.Platform.Json;
using Crm.Platform.Messaging;
using Crm.Tests.Fixtures;
using Crm.Webhooks;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.Webhooks;

/// <summary>An app that may send to this machine, and gives up on a receiver after a second.</summary>
public class WebhookApp : CrmApp
{
    protected override IEnumerable<string> Settings => [.. base.Settings, "--Webhooks:AllowLoopback=true", "--Webhooks:TimeoutSeconds=1"];

    /// <summary>A webhook of widgets.</summary>
    internal async Task<JsonObject> WebhookAsync(Receiver receiver, params string[] types) =>
        (await this.PostAsync("webhooks", new JsonObject { ["url"] = receiver.Url, ["types"] = new JsonArray([.. types.Select(type => (JsonNode)type)]) })).Expect(201).Json;

    /// <summary>The deliveries of a webhook, newest event first.</summary>
    public async Task<IReadOnlyList<JsonObject>> DeliveriesAsync(JsonNode webhook) =>
        [.. (await SendAsync("GET", $"{webhook.Path()}/deliveries")).Expect(200).Json["value"]!.AsArray().Select(delivery => (JsonObject)delivery!)];
}

/// <summary>An app whose deliveries the test makes itself, one after the other, at the time it wants.</summary>
public sealed class SlowMotionApp : WebhookApp
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
    internal async Task<IReadOnlyList<(DeliveryMessage Message, DateTimeOffset Due)>> MessagesAsync(JsonNode webhook)
    {
        await using var receiver = Services.GetRequiredService<ServiceBusClient>().CreateReceiver(Queues.Webhooks);
        var messages = await receiver.PeekMessagesAsync(500, fromSequenceNumber: 0);
        return
        [
            .. from message in messages
               let delivery = JsonSerializer.Deserialize<DeliveryMessage>(message.Body.ToString(), CrmJson.Options)!
               where delivery.WebhookId == webhook.Id()
               select (delivery, message.ScheduledEnqueueTime),
        ];
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
