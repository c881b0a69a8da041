using System.Collections.Concurrent;
using Azure;
using Azure.Core;
using Azure.Messaging.ServiceBus;

namespace Crm.Local.ServiceBus;

/// <summary>
/// What a client knows of its namespace. As with the real one, nothing is reached before the first operation: that is where a wrong address
/// or key shows.
/// </summary>
internal sealed class NamespaceConnection
{
    private static readonly ConcurrentDictionary<string, Broker> Brokers = new(StringComparer.OrdinalIgnoreCase);
    private readonly Uri _address;
    private readonly Func<Broker, bool> _isAdmitted;
    private Broker? _broker;

    private NamespaceConnection(string name, ServiceBusClientOptions? options, Func<Broker, bool> isAdmitted)
    {
        Namespace = name;
        Retries = options?.RetryOptions ?? new ServiceBusRetryOptions();
        _address = options?.CustomEndpointAddress ?? new Uri($"sb://{name}");
        _isAdmitted = isAdmitted;
    }

    public string Namespace { get; }

    public ServiceBusRetryOptions Retries { get; }

    public bool IsClosed { get; private set; }

    public static NamespaceConnection Of(ServiceBusConnectionStringProperties connection, ServiceBusClientOptions? options)
    {
        if (connection.Endpoint is null || (connection.SharedAccessSignature is null && (connection.SharedAccessKeyName is null || connection.SharedAccessKey is null)))
        {
            throw new ArgumentException(
                "The connection string must specify the namespace's Endpoint, and a SharedAccessKeyName with its SharedAccessKey or a SharedAccessSignature.", nameof(connection));
        }

        return new(connection.Endpoint.Host, options, broker => broker.Admits(connection.SharedAccessKeyName, connection.SharedAccessKey));
    }

    public static NamespaceConnection Of(string fullyQualifiedNamespace, AzureNamedKeyCredential credential, ServiceBusClientOptions? options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(fullyQualifiedNamespace);
        ArgumentNullException.ThrowIfNull(credential);
        return new(fullyQualifiedNamespace, options, broker =>
        {
            var (name, key) = credential;
            return broker.Admits(name, key);
        });
    }

    /// <summary>Nobody here can check an identity, so none is admitted.</summary>
    public static NamespaceConnection Of(string fullyQualifiedNamespace, TokenCredential credential, ServiceBusClientOptions? options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(fullyQualifiedNamespace);
        ArgumentNullException.ThrowIfNull(credential);
        return new(fullyQualifiedNamespace, options, _ => false);
    }

    /// <summary>Makes a broker reachable at an address in this process; false when another is there already.</summary>
    public static bool TryOffer(Uri address, Broker broker) => Brokers.TryAdd(address.Authority, broker);

    public static void Withdraw(Uri address, Broker broker) => Brokers.TryRemove(new(address.Authority, broker));

    public EntityLink LinkTo(string entityPath) => new(this, entityPath);

    public void Close() => IsClosed = true;

    /// <exception cref="ServiceBusException">Nothing is at the address.</exception>
    /// <exception cref="UnauthorizedAccessException">The key is not the namespace's.</exception>
    public Broker Broker
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, typeof(ServiceBusClient));
            if (_broker is { IsOpen: true } known) return known;
            if (!Brokers.TryGetValue(_address.Authority, out var broker))
                throw new ServiceBusException($"No such host is known: {_address.Host}.", ServiceBusFailureReason.ServiceCommunicationProblem);
            if (!_isAdmitted(broker)) throw new UnauthorizedAccessException($"Unauthorized access to {Namespace}: 'Send' or 'Listen' claims need its key. The key or its name is wrong.");
            return _broker = broker;
        }
    }
}
