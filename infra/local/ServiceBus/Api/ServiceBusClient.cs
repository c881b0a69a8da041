#nullable disable
using Azure.Core;
using Crm.Local.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>The way into a namespace. One for the process; it makes senders, receivers and processors, and closing it ends them.</summary>
public class ServiceBusClient : IAsyncDisposable
{
    private readonly NamespaceConnection _connection;

    protected ServiceBusClient()
    {
    }

    public ServiceBusClient(string connectionString)
        : this(connectionString, new ServiceBusClientOptions())
    {
    }

    public ServiceBusClient(string connectionString, ServiceBusClientOptions options)
        : this(NamespaceConnection.Of(ServiceBusConnectionStringProperties.Parse(connectionString), options), options)
    {
    }

    public ServiceBusClient(string fullyQualifiedNamespace, AzureNamedKeyCredential credential, ServiceBusClientOptions options = null)
        : this(NamespaceConnection.Of(fullyQualifiedNamespace, credential, options), options)
    {
    }

    public ServiceBusClient(string fullyQualifiedNamespace, TokenCredential credential)
        : this(fullyQualifiedNamespace, credential, new ServiceBusClientOptions())
    {
    }

    public ServiceBusClient(string fullyQualifiedNamespace, TokenCredential credential, ServiceBusClientOptions options)
        : this(NamespaceConnection.Of(fullyQualifiedNamespace, credential, options), options)
    {
    }

    private ServiceBusClient(NamespaceConnection connection, ServiceBusClientOptions options)
    {
        _connection = connection;
        Identifier = options?.Identifier ?? $"{connection.Namespace}-{Guid.NewGuid():D}";
        TransportType = options?.TransportType ?? ServiceBusTransportType.AmqpTcp;
    }

    public virtual string FullyQualifiedNamespace => _connection.Namespace;

    public virtual bool IsClosed => _connection.IsClosed;

    public virtual string Identifier { get; }

    public ServiceBusTransportType TransportType { get; }

    public virtual ServiceBusSender CreateSender(string queueOrTopicName) => CreateSender(queueOrTopicName, new ServiceBusSenderOptions());

    public virtual ServiceBusSender CreateSender(string queueOrTopicName, ServiceBusSenderOptions options) => new(LinkTo(queueOrTopicName), options);

    public virtual ServiceBusReceiver CreateReceiver(string queueName) => CreateReceiver(queueName, new ServiceBusReceiverOptions());

    public virtual ServiceBusReceiver CreateReceiver(string queueName, ServiceBusReceiverOptions options) =>
        new(LinkTo(EntityPaths.Of(queueName, options?.SubQueue ?? SubQueue.None)), options);

    public virtual ServiceBusReceiver CreateReceiver(string topicName, string subscriptionName) =>
        CreateReceiver(topicName, subscriptionName, new ServiceBusReceiverOptions());

    public virtual ServiceBusReceiver CreateReceiver(string topicName, string subscriptionName, ServiceBusReceiverOptions options) =>
        CreateReceiver(EntityPaths.Subscription(topicName, subscriptionName), options);

    public virtual ServiceBusProcessor CreateProcessor(string queueName) => CreateProcessor(queueName, new ServiceBusProcessorOptions());

    public virtual ServiceBusProcessor CreateProcessor(string queueName, ServiceBusProcessorOptions options) =>
        new(LinkTo(EntityPaths.Of(queueName, options?.SubQueue ?? SubQueue.None)), options);

    public virtual ServiceBusProcessor CreateProcessor(string topicName, string subscriptionName) =>
        CreateProcessor(topicName, subscriptionName, new ServiceBusProcessorOptions());

    public virtual ServiceBusProcessor CreateProcessor(string topicName, string subscriptionName, ServiceBusProcessorOptions options) =>
        CreateProcessor(EntityPaths.Subscription(topicName, subscriptionName), options);

    public virtual Task<ServiceBusSessionReceiver> AcceptNextSessionAsync(
        string queueName, ServiceBusSessionReceiverOptions options = null, CancellationToken cancellationToken = default) =>
        LinkTo(queueName).AcceptSessionAsync();

    public virtual Task<ServiceBusSessionReceiver> AcceptSessionAsync(
        string queueName, string sessionId, ServiceBusSessionReceiverOptions options = null, CancellationToken cancellationToken = default) =>
        LinkTo(queueName).AcceptSessionAsync();

    public virtual ValueTask DisposeAsync()
    {
        _connection.Close();
        GC.SuppressFinalize(this);
        return default;
    }

    internal EntityLink LinkTo(string entityPath)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(entityPath);
        ObjectDisposedException.ThrowIf(IsClosed, this);
        return _connection.LinkTo(entityPath);
    }
}
