using System.Text.Json.Nodes;
using Crm.Campaigns.Tracking;
using Crm.Entities.Types;
using Crm.Platform.Mail;

namespace Crm.Campaigns.Sending;

/// <summary>Makes the mails of campaigns: the one place where one comes into being that counts. Tests to one address have nothing of a recipient's own.</summary>
public sealed class CampaignMail(RecipientLinks links, RecipientMail own)
{
    /// <summary>Under this name templates place the address at which this recipient unsubscribes.</summary>
    public const string UnsubscribeUrl = "unsubscribeUrl";

    /// <param name="values">Of campaign and party; those of this recipient are added.</param>
    /// <returns>The mail, or what keeps it from being made.</returns>
    public async Task<(OutgoingMail? Mail, string? Error)> CreateAsync(MessageTemplate template, Campaign campaign, Recipient recipient, JsonObject values)
    {
        var purpose = campaign.RequiredConsent;
        values[UnsubscribeUrl] = purpose is null ? null : links.Unsubscribe(recipient.Key, purpose).AbsoluteUri;
        var (mail, error) = await template.RenderAsync(recipient.Address!, values);
        return mail is null ? (null, error) : (own.Decorate(recipient.Key, purpose, mail, template.Language), null);
    }
}
