using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Time.Testing;
using static Crm.Local.Tests.ServiceBus.BrokerFixture;

namespace Crm.Local.Tests.ServiceBus;

/// <summary>What happens to messages by itself: they expire, and scheduled ones become due.</summary>
public sealed class TimeTests : IAsyncLifetime
{
    private readonly BrokerFixture _bus = new();

    public Task InitializeAsync() => _bus.InitializeAsync();

    public Task DisposeAsync() => _bus.DisposeAsync();

    [Fact]
    public async Task Expired_WhereTheQueueSaysSo_IsDeadLettered()
    {
        await _bus.Sender.SendMessageAsync(new ServiceBusMessage("a") { TimeToLive = TimeSpan.FromMinutes(1) });
        _bus.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await NextAsync(_bus.Receiver));
        Assert.Equal("TTLExpiredException", (await NextOneAsync(_bus.DeadLetters)).DeadLetterReason);
    }

    [Fact]
    public async Task Expired_Elsewhere_IsGone()
    {
        await _bus.Client.CreateSender(Plain).SendMessageAsync(new ServiceBusMessage("a") { TimeToLive = TimeSpan.FromDays(20) });
        var peeked = await _bus.Client.CreateReceiver(Plain).PeekMessageAsync();
        Assert.Equal(TimeSpan.FromMinutes(10), peeked.TimeToLive);
        Assert.Equal(peeked.EnqueuedTime + peeked.TimeToLive, peeked.ExpiresAt);
        _bus.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Null(await NextAsync(_bus.Client.CreateReceiver(Plain)));
        Assert.Null(await NextAsync(_bus.Client.CreateReceiver(Plain + "/$DeadLetterQueue")));
    }

    [Fact]
    public async Task Expired_WhileLocked_CanStillBeCompleted()
    {
        await _bus.Sender.SendMessagesAsync([new("a") { TimeToLive = TimeSpan.FromSeconds(10) }, new("b") { TimeToLive = TimeSpan.FromSeconds(10) }]);
        var receiver = _bus.Receiver;
        var (done, given) = (await NextOneAsync(receiver), await NextOneAsync(receiver));
        _bus.Clock.Advance(TimeSpan.FromSeconds(20));
        await receiver.CompleteMessageAsync(done);
        await receiver.AbandonMessageAsync(given);
        Assert.Null(await NextAsync(receiver));
        Assert.Equal("b", (await NextOneAsync(_bus.DeadLetters)).Body.ToString());
    }

    [Fact]
    public async Task Scheduled_ComesAtItsTimeWithANumberOfItsOwn()
    {
        var due = _bus.Clock.GetUtcNow().AddHours(1);
        var number = await _bus.Sender.ScheduleMessageAsync(new ServiceBusMessage("later") { TimeToLive = TimeSpan.FromMinutes(1) }, due);
        await _bus.Sender.SendMessageAsync(new ServiceBusMessage("past") { ScheduledEnqueueTime = _bus.Clock.GetUtcNow().AddHours(-1) });
        var receiver = _bus.Receiver;
        var past = await NextOneAsync(receiver);
        Assert.Equal("past", past.Body.ToString());
        await receiver.CompleteMessageAsync(past);
        Assert.Null(await NextAsync(receiver));
        _bus.Clock.Advance(TimeSpan.FromHours(1));
        var message = await NextOneAsync(receiver);
        Assert.Equal("later", message.Body.ToString());
        Assert.True(message.SequenceNumber > number);
        Assert.True(message.EnqueuedTime >= due.AddMilliseconds(-1));
        await FailsAsync(ServiceBusFailureReason.MessageNotFound, () => _bus.Sender.CancelScheduledMessageAsync(number));
    }

    [Fact]
    public async Task CancelScheduled_BeforeItsTime_RemovesIt()
    {
        var numbers = await _bus.Sender.ScheduleMessagesAsync([new("a"), new("b")], _bus.Clock.GetUtcNow().AddHours(1));
        await FailsAsync(ServiceBusFailureReason.MessageNotFound, () => _bus.Sender.CancelScheduledMessagesAsync([numbers[0], 99]));
        await _bus.Sender.CancelScheduledMessageAsync(numbers[0]);
        _bus.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal("b", (await NextOneAsync(_bus.Receiver)).Body.ToString());
        Assert.Null(await NextAsync(_bus.Receiver));
    }

    [Fact]
    public async Task Receiver_ThatWaits_IsToldWithoutAsking()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50));
        var bus = new BrokerFixture(clock);
        await bus.InitializeAsync();
        try
        {
            // By a send,
            var waiting = bus.Receiver.ReceiveMessageAsync(TimeSpan.FromHours(1));
            await bus.Sender.SendMessageAsync(new ServiceBusMessage("sent"));
            Assert.Equal("sent", (await waiting).Body.ToString());

            // by the end of a lock,
            waiting = bus.Receiver.ReceiveMessageAsync(TimeSpan.FromHours(1));
            clock.Advance(TimeSpan.FromSeconds(31));
            Assert.Equal(2, (await waiting).DeliveryCount);
            await bus.Receiver.CompleteMessageAsync(await waiting);

            // by a time that has come, however far off it was,
            await bus.Sender.ScheduleMessageAsync(new ServiceBusMessage("due"), clock.GetUtcNow().AddHours(3));
            waiting = bus.Receiver.ReceiveMessageAsync(TimeSpan.FromHours(9));
            for (var hour = 0; hour < 3; hour++)
            {
                clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromMilliseconds(1));
                await bus.Receiver.PeekMessageAsync();
            }

            Assert.Equal("due", (await waiting).Body.ToString());

            // and by the end of its wait.
            waiting = bus.Client.CreateReceiver(Plain).ReceiveMessageAsync(TimeSpan.FromHours(1));
            clock.Advance(TimeSpan.FromHours(1));
            Assert.Null(await waiting);
        }
        finally
        {
            await bus.DisposeAsync();
        }
    }
}
