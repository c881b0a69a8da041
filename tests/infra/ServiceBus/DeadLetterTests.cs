using Azure.Messaging.ServiceBus;
using static Crm.Local.Tests.ServiceBus.BrokerFixture;

namespace Crm.Local.Tests.ServiceBus;

public sealed class DeadLetterTests : IAsyncLifetime
{
    private readonly BrokerFixture _bus = new();

    public Task InitializeAsync() => _bus.InitializeAsync();

    public Task DisposeAsync() => _bus.DisposeAsync();

    [Fact]
    public async Task DeadLetter_WithReason_MovesItWithReasonDescriptionAndProperties()
    {
        await _bus.Sender.SendMessageAsync(new ServiceBusMessage("bad") { MessageId = "m", ApplicationProperties = { ["tenant"] = "t" } });
        var receiver = _bus.Receiver;
        var message = await NextOneAsync(receiver);
        await receiver.DeadLetterMessageAsync(message, new Dictionary<string, object> { ["step"] = 3 }, "Invalid", "No lines");
        Assert.Null(await NextAsync(receiver));

        var dead = await NextOneAsync(_bus.DeadLetters);
        Assert.Equal(("m", "bad", "Invalid", "No lines"), (dead.MessageId, dead.Body.ToString(), dead.DeadLetterReason, dead.DeadLetterErrorDescription));
        Assert.Equal(("t", 3), (dead.ApplicationProperties["tenant"], dead.ApplicationProperties["step"]));
        Assert.Equal((message.SequenceNumber, message.EnqueuedTime), (dead.SequenceNumber, dead.EnqueuedTime));
        await _bus.DeadLetters.CompleteMessageAsync(dead);
    }

    [Fact]
    public async Task Poison_AfterItsLastDelivery_IsDeadLetteredAndCanBeSentAgain()
    {
        await _bus.Sender.SendMessageAsync(new ServiceBusMessage("poison") { MessageId = "p", CorrelationId = "c", ApplicationProperties = { ["tenant"] = "t" } });
        var receiver = _bus.Receiver;
        await receiver.AbandonMessageAsync(await NextOneAsync(receiver));
        Assert.Equal(2, (await NextOneAsync(receiver)).DeliveryCount);
        _bus.Clock.Advance(TimeSpan.FromSeconds(31));
        await receiver.AbandonMessageAsync(await NextOneAsync(receiver));
        Assert.Null(await NextAsync(receiver));

        var dead = await NextOneAsync(_bus.DeadLetters);
        Assert.Equal("MaxDeliveryCountExceeded", dead.DeadLetterReason);
        Assert.Contains("3 delivery attempts", dead.DeadLetterErrorDescription, StringComparison.Ordinal);
        await _bus.Sender.SendMessageAsync(new ServiceBusMessage(dead));
        await _bus.DeadLetters.CompleteMessageAsync(dead);

        var again = await NextOneAsync(receiver);
        Assert.Equal(("p", "c", "poison", 1), (again.MessageId, again.CorrelationId, again.Body.ToString(), again.DeliveryCount));
        Assert.Equal(["tenant"], again.ApplicationProperties.Keys);
        Assert.True(again.SequenceNumber > dead.SequenceNumber);
        await receiver.CompleteMessageAsync(again);
        Assert.Null(await NextAsync(_bus.DeadLetters));
    }

    [Fact]
    public async Task DeadLetterQueue_NeitherExpiresNorRunsOutOfDeliveries()
    {
        await _bus.Sender.SendMessageAsync(new ServiceBusMessage("a") { TimeToLive = TimeSpan.FromMinutes(1) });
        var message = await NextOneAsync(_bus.Receiver);
        await _bus.Receiver.DeadLetterMessageAsync(message);
        _bus.Clock.Advance(TimeSpan.FromDays(30));
        for (var delivery = 2; delivery < 8; delivery++)
        {
            var dead = await NextOneAsync(_bus.DeadLetters);
            Assert.Equal(delivery, dead.DeliveryCount);
            await _bus.DeadLetters.AbandonMessageAsync(dead);
        }
    }

    [Fact]
    public async Task Send_ToADeadLetterQueue_IsRefused() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => _bus.Client.CreateSender(Queue + "/$deadletterqueue").SendMessageAsync(new ServiceBusMessage("a")));
}
