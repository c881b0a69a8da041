using Azure.Messaging.ServiceBus;
using static Crm.Local.Tests.ServiceBus.BrokerFixture;

namespace Crm.Local.Tests.ServiceBus;

/// <summary>Addresses, keys, and what the Basic tier does not have.</summary>
public sealed class ClientTests : IAsyncLifetime
{
    private readonly BrokerFixture _bus = new();

    public Task InitializeAsync() => _bus.InitializeAsync();

    public Task DisposeAsync() => _bus.DisposeAsync();

    [Fact]
    public async Task Key_ThatIsWrong_IsUnauthorized() =>
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => _bus.NewClient("d3Jvbmc=").CreateSender(Queue).SendMessageAsync(new ServiceBusMessage("a")));

    [Fact]
    public async Task Namespace_ThatIsNotHere_IsNotReached()
    {
        var client = new ServiceBusClient(
            "Endpoint=sb://elsewhere.servicebus.windows.net;SharedAccessKeyName=a;SharedAccessKey=b",
            new ServiceBusClientOptions { RetryOptions = new ServiceBusRetryOptions { MaxRetries = 0 } });
        await FailsAsync(ServiceBusFailureReason.ServiceCommunicationProblem, () => client.CreateSender(Queue).SendMessageAsync(new ServiceBusMessage("a")));
    }

    [Theory]
    [InlineData("", typeof(ArgumentException))]
    [InlineData("Endpoint=sb://here", typeof(ArgumentException))]
    [InlineData("SharedAccessKeyName=a;SharedAccessKey=b", typeof(ArgumentException))]
    [InlineData("Endpoint=http://here;SharedAccessKeyName=a;SharedAccessKey=b", typeof(FormatException))]
    [InlineData("Endpoint", typeof(FormatException))]
    public void ConnectionString_ThatIsNone_IsRefused(string connection, Type expected) => Assert.Throws(expected, () => new ServiceBusClient(connection));

    [Fact]
    public async Task Entities_ThatBasicHasNot_AreNotFound()
    {
        await FailsAsync(ServiceBusFailureReason.MessagingEntityNotFound, () => _bus.Client.CreateSender("nowhere").SendMessageAsync(new ServiceBusMessage("a")));
        await FailsAsync(ServiceBusFailureReason.MessagingEntityNotFound, () => NextAsync(_bus.Client.CreateReceiver("topic", "subscription")));
        await FailsAsync(ServiceBusFailureReason.MessagingEntityNotFound, () => NextAsync(_bus.Client.CreateReceiver(Queue, new ServiceBusReceiverOptions { SubQueue = SubQueue.TransferDeadLetter })));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _bus.Client.AcceptNextSessionAsync(Queue));
    }

    [Fact]
    public async Task Names_OfEntities_IgnoreCase()
    {
        await _bus.Client.CreateSender("ORDERS").SendMessageAsync(new ServiceBusMessage("a"));
        await NextOneAsync(_bus.Receiver);
    }

    [Fact]
    public async Task Receiver_ThatIsClosed_EndsItsWait()
    {
        var receiver = _bus.Receiver;
        var waiting = receiver.ReceiveMessageAsync();
        await receiver.CloseAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        Assert.True(receiver.IsClosed);
        using var cancellation = new CancellationTokenSource();
        waiting = _bus.Receiver.ReceiveMessageAsync(cancellationToken: cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Client_ThatIsClosed_ClosesWhatItMade()
    {
        var sender = _bus.Sender;
        await _bus.Client.DisposeAsync();
        Assert.True(sender.IsClosed);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => sender.SendMessageAsync(new ServiceBusMessage("a")));
    }
}
