using Azure.Messaging.ServiceBus;
using Crm.Local.ServiceBus;
using Crm.Local.Tests.Cosmos;

namespace Crm.Local.Tests.ServiceBus;

/// <summary>A namespace in a folder of its own, and clients on it. Its clock can be moved.</summary>
public sealed class BrokerFixture : IAsyncLifetime
{
    public const string Queue = "orders";
    public const string Plain = "plain";
    public const string Key = "c2VjcmV0";

    private readonly TimeProvider _time;
    private readonly Uri _address = new($"sb://ns{Guid.NewGuid():N}.localhost");
    private Broker? _broker;
    private ServiceBusClient? _client;

    public BrokerFixture()
        : this(null)
    {
    }

    internal BrokerFixture(TimeProvider? time) => _time = time ?? Clock;

    public string Folder { get; } = Path.Combine(Path.GetTempPath(), "crm-bus-" + Guid.NewGuid().ToString("N"));

    internal TestClock Clock { get; } = new();

    internal Broker Broker => _broker ?? throw new InvalidOperationException("The broker is closed.");

    public ServiceBusClient Client => _client ??= NewClient();

    public ServiceBusSender Sender => Client.CreateSender(Queue);

    public ServiceBusReceiver Receiver => Client.CreateReceiver(Queue);

    public ServiceBusReceiver DeadLetters => Client.CreateReceiver(Queue, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });

    public string ConnectionString(string key = Key) => $"Endpoint={_address};SharedAccessKeyName=test;SharedAccessKey={key}";

    /// <summary>A client that answers a failure at once instead of trying again.</summary>
    public ServiceBusClient NewClient(string key = Key) =>
        new(ConnectionString(key), new ServiceBusClientOptions { RetryOptions = new ServiceBusRetryOptions { MaxRetries = 0 } });

    public Task InitializeAsync()
    {
        Open();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await CloseAsync();
        Directory.Delete(Folder, recursive: true);
    }

    public void Open()
    {
        _broker = Open(Folder);
        NamespaceConnection.TryOffer(_address, _broker);
    }

    internal Broker Open(string folder) => Broker.Open(
        folder,
        [
            new(Queue)
            {
                LockDuration = TimeSpan.FromSeconds(30),
                MaxDeliveryCount = 3,
                DefaultMessageTimeToLive = TimeSpan.FromDays(14),
                DeadLetteringOnMessageExpiration = true,
            },
            new(Plain) { DefaultMessageTimeToLive = TimeSpan.FromMinutes(10) },
        ],
        ("test", Key),
        _time);

    public async Task CloseAsync()
    {
        if (_client is not null) await _client.DisposeAsync();
        _client = null;
        if (_broker is null) return;
        NamespaceConnection.Withdraw(_address, _broker);
        await _broker.DisposeAsync();
        _broker = null;
    }

    public async Task ReopenAsync()
    {
        await CloseAsync();
        Open();
    }

    /// <summary>What is there now, or null.</summary>
    public static Task<ServiceBusReceivedMessage?> NextAsync(ServiceBusReceiver receiver) => receiver.ReceiveMessageAsync(TimeSpan.FromMilliseconds(1))!;

    public static async Task<ServiceBusReceivedMessage> NextOneAsync(ServiceBusReceiver receiver)
    {
        var message = await NextAsync(receiver);
        Assert.NotNull(message);
        return message;
    }

    public static async Task FailsAsync(ServiceBusFailureReason reason, Func<Task> operation)
    {
        var failure = await Assert.ThrowsAsync<ServiceBusException>(operation);
        Assert.Equal(reason, failure.Reason);
    }
}
