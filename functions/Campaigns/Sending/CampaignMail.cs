using System.Text.Json.Nodes;
using Crm.Platform.Mail;

namespace Crm.Campaigns.Sending;

/// <summary>Makes the mails of campaigns: the one place where one comes into being that counts.</summary>
public sealed class CampaignMail(IEnumerable<IMailDecoration> decorations)
{
    /// <param name="values">Of campaign and party; those of this recipient are added.</param>
    /// <returns>The mail, or what keeps it from being made.</returns>
    public async Task<(OutgoingMail? Mail, string? Error)> CreateAsync(MessageTemplate template, Recipient recipient, JsonObject values)
    {
        foreach (var decoration in decorations)
            decoration.AddValues(recipient, values);

        var (mail, error) = await template.RenderAsync(recipient.Address!, values);
        return mail is null ? (null, error) : (decorations.Aggregate(mail, (decorated, decoration) => decoration.Decorate(recipient, decorated)), null);
    }
}
