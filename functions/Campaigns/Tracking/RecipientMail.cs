using System.Text.Encodings.Web;
using Crm.Campaigns.Sending;
using Crm.Platform.Mail;

namespace Crm.Campaigns.Tracking;

/// <summary>
/// Makes a rendered mail that of its recipient: links that tell who followed them, a pixel that tells that it was opened, and ways to unsubscribe, one for the
/// reader and one for the mail program (RFC 8058).
/// </summary>
public sealed class RecipientMail(RecipientLinks links)
{
    /// <param name="purpose">What the recipient has agreed to; null for a transactional mail, which nobody unsubscribes from.</param>
    /// <param name="language">Of the words that are added: a BCP 47 tag, or null.</param>
    public OutgoingMail Decorate(RecipientKey recipient, string? purpose, OutgoingMail mail, string? language = null)
    {
        var unsubscribe = purpose is null ? null : links.Unsubscribe(recipient, purpose);
        var words = Wording.Of(language);
        return mail with
        {
            // The same however often it is sent, so that whoever gets it twice after all can tell.
            Reference = new MailReference(recipient.CampaignId, recipient.Id).ToString(),
            IsAutomatic = true,
            UnsubscribeUrl = unsubscribe,
            Text = Text(mail.Text.Length > 0 ? mail.Text : MailHtml.ToText(mail.Html ?? ""), unsubscribe?.AbsoluteUri, words),
            Html = mail.Html is null ? null : Html(recipient, mail.Html, unsubscribe?.AbsoluteUri, words),
        };
    }

    private static string Text(string text, string? unsubscribe, Wording words) =>
        unsubscribe is null || text.Contains(unsubscribe, StringComparison.Ordinal) ? text : $"{text.TrimEnd()}\n\n{words.Unsubscribe}: {unsubscribe}\n";

    private string Html(RecipientKey recipient, string html, string? unsubscribe, Wording words)
    {
        var placed = false;
        var tracked = MailHtml.MapLinks(html, target =>
        {
            placed |= target == unsubscribe;
            return target == unsubscribe ? null : links.Click(recipient, target)?.AbsoluteUri;
        });

        var (encoder, pixel) = (HtmlEncoder.Default, links.Open(recipient).AbsoluteUri);
        var footer = unsubscribe is null || placed
            ? ""
            : $"""<p style="font-size:12px;text-align:center"><a href="{encoder.Encode(unsubscribe)}">{encoder.Encode(words.Unsubscribe)}</a></p>""";
        return MailHtml.Append(tracked, $"""{footer}<img src="{encoder.Encode(pixel)}" width="1" height="1" alt="" style="display:block;border:0">""");
    }
}
