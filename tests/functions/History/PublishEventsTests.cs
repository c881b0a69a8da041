using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Messaging.ServiceBus;
using Crm.Entities.Changes;
using Crm.History;
using Crm.Platform.Messaging;
using Crm.Tests.Fixtures;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.History;

/// <summary>What changes announce, on the queues that have a route for it.</summary>
public sealed class PublishEventsTests(PublishEventsTests.RoutedApp app) : IClassFixture<PublishEventsTests.RoutedApp>
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Create_WithARoute_SendsTheEvent()
    {
        const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        var created = (await app.PostAsync("widgets", await app.SampleAsync("widgets"), ("traceparent", $"00-{Trace}-00f067aa0ba902b7-01"))).Expect(201).Json;

        var message = (await ReceiveAsync(created))[0];

        Assert.Equal($"default/widgets/{created.Id()}/change:1/0", message.MessageId);
        Assert.Equal(("widget.created", "application/json"), (message.Subject, message.ContentType));
        Assert.Equal(
            ["default", "widgets", created.Id(), 1, "widget.created"],
            new[] { "tenantId", "entity", "recordId", "version", "type" }.Select(name => message.ApplicationProperties[name]));
        Assert.Contains(Trace, (string)message.ApplicationProperties["Diagnostic-Id"], StringComparison.Ordinal);
        Expectations.ExpectSame(
            new JsonObject
            {
                ["id"] = message.MessageId,
                ["type"] = "widget.created",
                ["tenantId"] = "default",
                ["entity"] = "widgets",
                ["recordId"] = created.Id(),
                ["version"] = 1,
                ["occurredAt"] = created["createdAt"]!.DeepClone(),
            },
            JsonNode.Parse(message.Body.ToString()),
            "the body");
    }

    [Fact]
    public async Task Change_WithoutARoute_SendsNothing()
    {
        var first = (await app.LiveAndDieAsync())[0];
        var last = await app.CreateAsync("widgets");

        var messages = await ReceiveAsync(first, last);

        Assert.All(messages, message => Assert.Equal("widget.created", message.Subject));
        Assert.Equal(messages.Count, messages.Select(message => message.MessageId).Distinct().Count());
    }

    [Fact]
    public async Task Change_DeliveredAgain_IsSentUnderTheSameId()
    {
        var created = await app.CreateAsync("widgets");
        var change = (await app.ChangesAsync(created))[0];
        await ReceiveAsync(created);

        await app.Services.GetRequiredService<PublishEvents>().RunAsync(FeedChanges.In([JsonSerializer.SerializeToElement(change)]), CancellationToken.None);

        Assert.Equal($"default/widgets/{created.Id()}/change:1/0", (await ReceiveAsync(created))[0].MessageId);
    }

    [Fact]
    public async Task Changes_InGreatNumbers_AreAllSent()
    {
        var records = new List<JsonObject>();
        for (var number = 0; number < 60; number++)
            records.Add((await app.PostAsync("widgets", new JsonObject { ["name"] = CrmApp.Unique("one of many") })).Expect(201).Json);

        await ReceiveAsync([.. records]);
    }

    /// <summary>Everything on the queue until there is a message for each of the records: theirs, in the order they came.</summary>
    private async Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceiveAsync(params IReadOnlyList<JsonObject> records)
    {
        var wanted = records.Select(record => record.Id()).ToHashSet();
        var received = new List<ServiceBusReceivedMessage>();
        using var deadline = new CancellationTokenSource(Deadline);
        await using var receiver = app.Services.GetRequiredService<ServiceBusClient>().CreateReceiver(Queues.Webhooks);
        while (!wanted.IsSubsetOf(received.Select(RecordId)))
        {
            foreach (var message in await receiver.ReceiveMessagesAsync(50, TimeSpan.FromSeconds(5), deadline.Token))
            {
                received.Add(message);
                await receiver.CompleteMessageAsync(message, deadline.Token);
            }
        }

        return [.. received.Where(message => wanted.Contains(RecordId(message)))];

        static string RecordId(ServiceBusReceivedMessage message) => (string)message.ApplicationProperties["recordId"];
    }

    /// <summary>Has a route for one event of widgets.</summary>
    public sealed class RoutedApp : CrmApp
    {
        /// <summary>What is on the queue is for the test alone.</summary>
        protected override IEnumerable<string> Settings => [.. base.Settings, "--AzureWebJobs.DeliverWebhook.Disabled=true"];

        protected override void Configure(FunctionsApplicationBuilder builder) => builder.Services.AddSingleton(new EventRoute("widget.created", Queues.Webhooks));
    }
}
