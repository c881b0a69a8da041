using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

[ConverterFallbackBehavior(ConverterFallbackBehavior.Allow)]
[InputConverter(typeof(ServiceBusReceivedMessageConverter))]
public sealed class ServiceBusTriggerAttribute : TriggerBindingAttribute, ISupportCardinality
{
    public ServiceBusTriggerAttribute(string queueName) => QueueName = queueName;

    public ServiceBusTriggerAttribute(string topicName, string subscriptionName)
    {
        TopicName = topicName;
        SubscriptionName = subscriptionName;
    }

    /// <summary><c>%Name%</c> in it stands for a setting; a dead-letter queue is <c>name/$deadletterqueue</c>.</summary>
    public string? QueueName { get; }

    public string? TopicName { get; }

    public string? SubscriptionName { get; }

    /// <summary>The name of the setting, <c>AzureWebJobsServiceBus</c> if none is named.</summary>
    public string? Connection { get; set; }

    public bool IsSessionsEnabled { get; set; }

    [DefaultValue(false)]
    public bool IsBatched { get; set; }

    /// <summary>Not set means what <c>host.json</c> says, and that means true.</summary>
    public bool AutoCompleteMessages
    {
        get => AutoComplete ?? false;
        set => AutoComplete = value;
    }

    internal bool? AutoComplete { get; private set; }

    Cardinality ISupportCardinality.Cardinality
    {
        get => IsBatched ? Cardinality.Many : Cardinality.One;
        set => IsBatched = value is Cardinality.Many;
    }
}
