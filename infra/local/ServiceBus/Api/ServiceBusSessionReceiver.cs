#nullable disable
namespace Azure.Messaging.ServiceBus;

public class ServiceBusSessionReceiverOptions
{
    public int PrefetchCount { get; set; }

    public ServiceBusReceiveMode ReceiveMode { get; set; }

    public string Identifier { get; set; }
}

/// <summary>There is none: queues of the Basic tier have no sessions, and asking for one fails.</summary>
public class ServiceBusSessionReceiver : ServiceBusReceiver
{
    protected ServiceBusSessionReceiver()
    {
    }
}
