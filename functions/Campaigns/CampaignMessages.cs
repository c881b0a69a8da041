using System.Text.Json.Nodes;
using Crm.Campaigns.Sending;
using Crm.Campaigns.Tracking;
using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Mail;

namespace Crm.Campaigns;

/// <summary>The messages of campaigns with their templates, as far as the caller may read them.</summary>
public sealed class CampaignMessages(EntityCatalog catalog, EntityService entities, RecipientLinks links)
{
    /// <summary>What each message says, in the order of the campaign; every template that cannot be read is named.</summary>
    public async Task<Result<IReadOnlyList<MessageContent>>> ReadAsync(Campaign campaign, CancellationToken cancellation)
    {
        if (campaign.Messages.Count == 0)
            return new Invalid([new FieldError("#/messages", "required", "the campaign has no message to send")]);

        var contents = new List<MessageContent>();
        var errors = new List<FieldError>();
        foreach (var (message, index) in campaign.Messages.Select((message, index) => (message, index)))
        {
            var read = await entities.ReadAsync("email-templates", message.TemplateId, session: null, cancellation);
            if (read.Failed)
                errors.Add(new FieldError(PointerOf(index), "unknown-reference", "there is no such record in email-templates"));
            else
                contents.Add(MessageContent.Of(message, (EmailTemplate)catalog.Of<EmailTemplate>().Deserialize(read.Value.Data)));
        }

        return errors.Count == 0 ? contents : new Invalid(errors);
    }

    /// <summary>The mails to an address, for somebody to look at: they have nothing of a recipient's own. Every message that cannot be rendered with these values is named.</summary>
    public async Task<Result<IReadOnlyList<OutgoingMail>>> RenderAsync(IReadOnlyList<MessageContent> contents, string to, JsonObject values)
    {
        values[CampaignMail.UnsubscribeUrl] = links.Nobody.AbsoluteUri;
        var mails = new List<OutgoingMail>();
        var errors = new List<FieldError>();
        foreach (var (content, index) in contents.Select((content, index) => (content, index)))
        {
            var (mail, error) = await new MessageTemplate(content).RenderAsync(to, values);
            if (mail is null)
                errors.Add(new FieldError(PointerOf(index), "liquid", error!));
            else
                mails.Add(mail);
        }

        return errors.Count == 0 ? mails : new Invalid(errors);
    }

    private static string PointerOf(int index) => $"#/messages/{index}/templateId";
}
