using Azure.Messaging.ServiceBus;

namespace Crm.Platform.Messaging;

/// <summary>Sends many messages in few round trips.</summary>
internal static class Batches
{
    /// <summary>Sends messages in their order; answers how many.</summary>
    /// <exception cref="ServiceBusException">The queue failed: some may have been sent.</exception>
    public static async Task<int> SendAllAsync(this ServiceBusSender sender, IEnumerable<ServiceBusMessage> messages, CancellationToken cancellation)
    {
        var (left, sent) = (new Queue<ServiceBusMessage>(messages), 0);
        while (left.Count > 0)
        {
            using var batch = await sender.CreateMessageBatchAsync(cancellation);
            while (left.TryPeek(out var next) && batch.TryAddMessage(next))
                left.Dequeue();

            await sender.SendMessagesAsync(batch, cancellation);
            sent += batch.Count;
        }

        return sent;
    }
}
