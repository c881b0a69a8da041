namespace Crm.Platform.Messaging;

/// <summary>The queues, as <c>infra/servicebus.json</c> declares them. A queue's dead letters are <c>name/$deadletterqueue</c>.</summary>
public static class Queues
{
    /// <summary>The setting with the connection, as triggers name it.</summary>
    public const string Connection = "ServiceBus";

    /// <summary>Submitted orders, to be priced, numbered and confirmed.</summary>
    public const string Orders = "orders";

    /// <summary>Shards of campaigns, to be sent to their recipients.</summary>
    public const string CampaignSends = "campaign-sends";

    /// <summary>Consents that their owners are to be asked to confirm.</summary>
    public const string Confirmations = "confirmations";

    /// <summary>Events, to be delivered to the subscribers of webhooks.</summary>
    public const string Webhooks = "webhooks";

    /// <summary>Events that others have sent, to be written to records.</summary>
    public const string InboundWebhooks = "inbound-webhooks";

    public static IReadOnlyList<string> All { get; } = [Orders, CampaignSends, Confirmations, Webhooks, InboundWebhooks];
}
