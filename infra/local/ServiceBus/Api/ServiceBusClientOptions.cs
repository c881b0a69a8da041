#nullable disable
using System.Net;

namespace Azure.Messaging.ServiceBus;

public class ServiceBusClientOptions
{
    private ServiceBusRetryOptions _retryOptions = new();

    public ServiceBusTransportType TransportType { get; set; } = ServiceBusTransportType.AmqpTcp;

    public IWebProxy WebProxy { get; set; }

    public ServiceBusRetryOptions RetryOptions
    {
        get => _retryOptions;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _retryOptions = value;
        }
    }

    /// <summary>Where the namespace is really reached, when not at its own name.</summary>
    public Uri CustomEndpointAddress { get; set; }

    public string Identifier { get; set; }
}
