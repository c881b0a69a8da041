using Azure.Messaging.ServiceBus;

namespace Crm.Local.ServiceBus;

/// <summary>
/// Keeps a handler supplied with messages: it waits for the next only while one more call is allowed, and renews the locks of those being
/// handled. Behind <see cref="ServiceBusProcessor"/>.
/// </summary>
internal sealed class MessagePump(
    TimeProvider time,
    ServiceBusReceiver receiver,
    int maxConcurrentCalls,
    TimeSpan maxRenewal,
    Func<ServiceBusReceivedMessage, CancellationToken, Task> handle,
    Func<Exception, ServiceBusErrorSource, Task> report)
{
    public int MaxConcurrentCalls { get; set; } = maxConcurrentCalls;

    public bool IsRunning { get; private set; }

    public void Start() => throw new NotSupportedException($"{time} {receiver} {maxRenewal} {handle} {report}");

    public Task StopAsync(CancellationToken deadline) => throw new NotSupportedException();
}
