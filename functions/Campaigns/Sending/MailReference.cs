using System.Text.Json.Nodes;
using Crm.Entities.Writing;
using Crm.Platform.Mail;

namespace Crm.Campaigns.Sending;

/// <summary>Names a recipient in the Message-ID of its mail: what providers tell of a mail begins with that.</summary>
public sealed record MailReference(string CampaignId, string RecipientId)
{
    public override string ToString() => $"{CampaignId}.{RecipientId}";

    /// <summary>Reads a Message-ID, with or without what stands around the reference; null where it is none of ours.</summary>
    public static MailReference? Parse(string messageId) =>
        messageId.Trim().TrimStart('<').Split('@')[0].Split('.') is [var campaign, var recipient] && References.IsId(campaign) && References.IsId(recipient) ? new MailReference(campaign, recipient) : null;
}

/// <summary>Gives the mails of campaigns their Message-IDs.</summary>
internal sealed class MailReferences : IMailDecoration
{
    public void AddValues(Recipient recipient, JsonObject values)
    {
    }

    public OutgoingMail Decorate(Recipient recipient, OutgoingMail mail) => mail with { Reference = new MailReference(recipient.CampaignId, recipient.Id).ToString() };
}
