using System.Globalization;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Crm.Platform.Json;

namespace Crm.Campaigns.Sending;

/// <summary>A message of the sending of a campaign to itself: what is done next. The documents in <c>sends</c> say where it goes on.</summary>
/// <param name="Part">What it is about: <see cref="Start"/>, <see cref="Expansion"/> or a shard.</param>
/// <param name="Turn">Of expansion and shards, see <see cref="Turns"/>.</param>
/// <param name="At">When it is due.</param>
/// <param name="Permits">How many mails may go out then, where the campaign limits how many do in a minute.</param>
public sealed record CampaignStep(string TenantId, string CampaignId, string Part, int Turn, DateTimeOffset At, int? Permits = null)
{
    /// <summary>The start of a scheduled campaign.</summary>
    public const string Start = "start";

    /// <summary>Finding the recipients.</summary>
    public const string Expansion = "expansion";

    /// <summary>Tells these messages from events on the same queue.</summary>
    public const string Subject = "campaign.step";

    public ServiceBusMessage ToMessage() => new(JsonSerializer.SerializeToUtf8Bytes(this, CrmJson.Options))
    {
        MessageId = string.Create(CultureInfo.InvariantCulture, $"{TenantId}/{CampaignId}/{Part}/{Turn}/{At.UtcTicks}"),
        Subject = Subject,
        ContentType = "application/json",
    };
}
