using Crm.Entities.Writing;

namespace Crm.Campaigns.Sending;

/// <summary>Names a recipient in the Message-ID of its mail: what providers tell of a mail begins with that.</summary>
public sealed record MailReference(string CampaignId, string RecipientId)
{
    public override string ToString() => $"{CampaignId}.{RecipientId}";

    /// <summary>Reads a Message-ID, with or without what stands around the reference; null where it is none of ours.</summary>
    public static MailReference? Parse(string messageId) =>
        messageId.Trim().TrimStart('<').Split('@')[0].Split('.') is [var campaign, var recipient] && References.IsId(campaign) && References.IsId(recipient) ? new MailReference(campaign, recipient) : null;
}
