using System.Text.Json.Nodes;
using Crm.Entities.Types;
using Crm.Platform.Mail;
using Crm.Platform.Templates;

namespace Crm.Campaigns;

/// <summary>What a message says, as it is kept once a campaign has begun: whoever changes the template then, all recipients get the same.</summary>
public sealed record MessageContent(string Subject, string Html, string Text)
{
    public string? FromName { get; init; }

    public string? FromAddress { get; init; }

    public string? ReplyTo { get; init; }

    /// <summary>That it is written in: a BCP 47 tag, where it is known.</summary>
    public string? Language { get; init; }

    public static MessageContent Of(CampaignMessage message, EmailTemplate template) => new(template.Subject, template.BodyHtml, template.BodyText ?? "")
    {
        FromName = message.FromName,
        FromAddress = message.FromAddress,
        ReplyTo = message.ReplyTo,
        Language = template.Locale,
    };
}

/// <summary>A message that is read once and rendered for any number of recipients.</summary>
public sealed class MessageTemplate(MessageContent content)
{
    private readonly LiquidTemplate _subject = LiquidTemplate.Read(content.Subject);
    private readonly LiquidTemplate _html = LiquidTemplate.Read(content.Html);
    private readonly LiquidTemplate _text = LiquidTemplate.Read(content.Text);

    /// <inheritdoc cref="MessageContent.Language"/>
    public string? Language => content.Language;

    /// <summary>The mail to an address with these values in their places, or what keeps it from being made.</summary>
    public async Task<(OutgoingMail? Mail, string? Error)> RenderAsync(string to, JsonObject values)
    {
        string? error = null;
        var mail = new OutgoingMail(to, await RenderAsync(_subject, html: false), await RenderAsync(_text, html: false))
        {
            Html = await RenderAsync(_html, html: true),
            FromName = content.FromName,
            FromAddress = content.FromAddress,
            ReplyTo = content.ReplyTo,
        };
        return error is null ? (mail, null) : (null, error);

        async Task<string> RenderAsync(LiquidTemplate template, bool html)
        {
            var rendered = template.Error is null ? await template.RenderAsync(values, html) : new RenderedText("", template.Error);
            error ??= rendered.Error;
            return rendered.Text;
        }
    }
}
