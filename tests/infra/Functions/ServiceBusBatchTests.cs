using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Local.Tests.Functions;

public class ServiceBusBatchTests
{
    [Theory]
    [InlineData(typeof(BatchOfMessages))]
    [InlineData(typeof(BatchOfText))]
    [InlineData(typeof(BatchOfJson))]
    public async Task Batch_IsHandedOverWhole(Type function)
    {
        await using var app = await BusApp.StartAsync([function], """{ "maxMessageBatchSize": 3 }""");
        await app.Sender.SendMessagesAsync([new("1"), new("2"), new("3"), new("4")]);
        Assert.Equal(["1 2 3", "4"], [await app.NextAsync(), await app.NextAsync()]);
        await app.DrainedAsync("work");
        Assert.Empty(app.App.Logs.Errors);
    }

    [Fact]
    public async Task Batch_ThatFails_IsAbandonedButForWhatWasSettled()
    {
        await using var app = await BusApp.StartAsync<FailingBatch>();
        await app.Sender.SendMessagesAsync([new("good"), new("bad")]);
        Assert.Equal(["good bad", "bad", "bad"], [await app.NextAsync(), await app.NextAsync(), await app.NextAsync()]);
        Assert.Equal("bad", (await app.ReceiveAsync("work/$deadletterqueue")).Body.ToString());
    }

    public sealed class BatchOfMessages(Seen seen)
    {
        [Function("Batch")]
        public void Run([ServiceBusTrigger("work", IsBatched = true)] ServiceBusReceivedMessage[] messages, string[] messageIdArray)
        {
            Assert.Equal(messages.Select(message => message.MessageId), messageIdArray);
            seen.Tell(string.Join(' ', messages.Select(message => message.Body)));
        }
    }

    public sealed class BatchOfText(Seen seen)
    {
        [Function("Batch")]
        public void Run([ServiceBusTrigger("work", IsBatched = true)] string[] messages) => seen.Tell(string.Join(' ', messages));
    }

    public sealed class BatchOfJson(Seen seen)
    {
        [Function("Batch")]
        public void Run([ServiceBusTrigger("work", IsBatched = true)] IReadOnlyList<int> messages) => seen.Tell(string.Join(' ', messages));
    }

    public sealed class FailingBatch(Seen seen)
    {
        [Function("Batch")]
        public async Task Run([ServiceBusTrigger("work", IsBatched = true)] ServiceBusReceivedMessage[] messages, ServiceBusMessageActions actions)
        {
            seen.Tell(string.Join(' ', messages.Select(message => message.Body)));
            foreach (var message in messages.Where(message => message.Body.ToString() == "good"))
                await actions.CompleteMessageAsync(message);
            throw new InvalidOperationException("the rest is bad");
        }
    }
}
