using Azure.Messaging.ServiceBus;
using static Crm.Local.Tests.ServiceBus.BrokerFixture;

namespace Crm.Local.Tests.ServiceBus;

public sealed class SettlementTests : IAsyncLifetime
{
    private readonly BrokerFixture _bus = new();

    public Task InitializeAsync() => _bus.InitializeAsync();

    public Task DisposeAsync() => _bus.DisposeAsync();

    [Fact]
    public async Task Complete_RemovesTheMessage()
    {
        await _bus.Sender.SendMessageAsync(new ServiceBusMessage("a"));
        var receiver = _bus.Receiver;
        var message = await NextOneAsync(receiver);
        Assert.Equal(1, message.DeliveryCount);
        Assert.Null(await NextAsync(receiver));
        await receiver.CompleteMessageAsync(message);
        _bus.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await NextAsync(receiver));
        await FailsAsync(ServiceBusFailureReason.MessageLockLost, () => receiver.CompleteMessageAsync(message));
    }

    [Fact]
    public async Task Abandon_BringsItBackInItsPlaceWithChangedProperties()
    {
        await _bus.Sender.SendMessagesAsync([new("a") { ApplicationProperties = { ["kept"] = 1, ["changed"] = "old" } }, new("b")]);
        var receiver = _bus.Receiver;
        var first = await NextOneAsync(receiver);
        await receiver.AbandonMessageAsync(first, new Dictionary<string, object> { ["changed"] = "new", ["added"] = true });
        var again = await NextOneAsync(receiver);
        Assert.Equal(("a", first.SequenceNumber, 2), (again.Body.ToString(), again.SequenceNumber, again.DeliveryCount));
        Assert.Equal((1, "new", true), (again.ApplicationProperties["kept"], again.ApplicationProperties["changed"], again.ApplicationProperties["added"]));
        Assert.NotEqual(first.LockToken, again.LockToken);
    }

    [Fact]
    public async Task Lock_WhenItExpires_IsLostAndTheMessageReturns()
    {
        await _bus.Sender.SendMessageAsync(new ServiceBusMessage("a"));
        var receiver = _bus.Receiver;
        var message = await NextOneAsync(receiver);
        _bus.Clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Null(await NextAsync(receiver));
        _bus.Clock.Advance(TimeSpan.FromSeconds(1));
        await FailsAsync(ServiceBusFailureReason.MessageLockLost, () => receiver.CompleteMessageAsync(message));
        Assert.Equal(2, (await NextOneAsync(receiver)).DeliveryCount);
        await FailsAsync(ServiceBusFailureReason.MessageLockLost, () => receiver.RenewMessageLockAsync(message));
    }

    [Fact]
    public async Task RenewMessageLock_KeepsIt()
    {
        await _bus.Sender.SendMessageAsync(new ServiceBusMessage("a"));
        var receiver = _bus.Receiver;
        var message = await NextOneAsync(receiver);
        var until = message.LockedUntil;
        _bus.Clock.Advance(TimeSpan.FromSeconds(20));
        await receiver.RenewMessageLockAsync(message);
        Assert.True(message.LockedUntil >= until + TimeSpan.FromSeconds(20));
        _bus.Clock.Advance(TimeSpan.FromSeconds(20));
        await receiver.CompleteMessageAsync(message);
    }

    [Fact]
    public async Task Defer_SetsItAsideForWhoKnowsItsNumber()
    {
        await _bus.Sender.SendMessageAsync(new ServiceBusMessage("a"));
        var receiver = _bus.Receiver;
        var message = await NextOneAsync(receiver);
        await receiver.DeferMessageAsync(message, new Dictionary<string, object> { ["why"] = "early" });
        Assert.Null(await NextAsync(receiver));
        Assert.Equal(ServiceBusMessageState.Deferred, (await receiver.PeekMessageAsync()).State);

        var deferred = await receiver.ReceiveDeferredMessageAsync(message.SequenceNumber);
        Assert.Equal(("early", 2), (deferred.ApplicationProperties["why"], deferred.DeliveryCount));
        await FailsAsync(ServiceBusFailureReason.MessageNotFound, () => receiver.ReceiveDeferredMessageAsync(message.SequenceNumber));
        await receiver.AbandonMessageAsync(deferred);
        Assert.Null(await NextAsync(receiver));
        await receiver.CompleteMessageAsync(await receiver.ReceiveDeferredMessageAsync(message.SequenceNumber));
        await FailsAsync(ServiceBusFailureReason.MessageNotFound, () => receiver.ReceiveDeferredMessageAsync(message.SequenceNumber));
    }

    [Fact]
    public async Task Settle_ByAnotherReceiverOfTheQueue_Works()
    {
        await _bus.Sender.SendMessageAsync(new ServiceBusMessage("a"));
        var message = await NextOneAsync(_bus.Receiver);
        await FailsAsync(ServiceBusFailureReason.MessageLockLost, () => _bus.Client.CreateReceiver(Plain).CompleteMessageAsync(message));
        await _bus.Receiver.CompleteMessageAsync(message);
    }

    [Fact]
    public async Task ReceiveAndDelete_LeavesNothingToSettle()
    {
        await _bus.Sender.SendMessageAsync(new ServiceBusMessage("a"));
        var receiver = _bus.Client.CreateReceiver(Queue, new ServiceBusReceiverOptions { ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete });
        var message = await NextOneAsync(receiver);
        await Assert.ThrowsAsync<InvalidOperationException>(() => receiver.CompleteMessageAsync(message));
        Assert.Null(await _bus.Receiver.PeekMessageAsync());
    }

    [Fact]
    public async Task Peek_ShowsEverythingAndLocksNothing()
    {
        await _bus.Sender.SendMessagesAsync([new("a"), new("b"), new("c")]);
        await _bus.Sender.ScheduleMessageAsync(new ServiceBusMessage("d"), _bus.Clock.GetUtcNow().AddHours(1));
        var receiver = _bus.Receiver;
        var locked = await NextOneAsync(receiver);
        var shown = await receiver.PeekMessagesAsync(10);
        Assert.Equal(["a", "b", "c", "d"], shown.Select(message => message.Body.ToString()));
        Assert.Equal([0, 0, 0, 0], shown.Select(message => message.DeliveryCount));
        Assert.Equal(ServiceBusMessageState.Scheduled, shown[3].State);
        Assert.Empty(await receiver.PeekMessagesAsync(10));
        Assert.Equal("b", (await receiver.PeekMessageAsync(locked.SequenceNumber + 1)).Body.ToString());
        await Assert.ThrowsAsync<InvalidOperationException>(() => receiver.CompleteMessageAsync(shown[1]));
    }
}
