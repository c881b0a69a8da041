using Azure.Messaging.ServiceBus;

namespace Crm.Local.ServiceBus;

/// <summary>How the service spells the parts of a namespace.</summary>
internal static class EntityPaths
{
    public const string DeadLetterSuffix = "/$deadletterqueue";
    private const string TransferDeadLetterSuffix = "/$Transfer/$deadletterqueue";

    public static string Of(string entity, SubQueue subQueue) => subQueue switch
    {
        SubQueue.DeadLetter => entity + DeadLetterSuffix,
        SubQueue.TransferDeadLetter => entity + TransferDeadLetterSuffix,
        _ => entity,
    };

    public static string Subscription(string topic, string subscription)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(topic);
        ArgumentException.ThrowIfNullOrWhiteSpace(subscription);
        return $"{topic}/Subscriptions/{subscription}";
    }
}
