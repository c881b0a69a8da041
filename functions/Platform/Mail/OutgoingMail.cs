using System.Text.RegularExpressions;
using MimeKit;

namespace Crm.Platform.Mail;

/// <summary>A mail to one address. Whatever stands in its parts, it adds no header line.</summary>
/// <param name="To">An address without a name.</param>
public sealed partial record OutgoingMail(string To, string Subject, string Text)
{
    /// <summary>For readers that show HTML; the others show <see cref="Text"/>.</summary>
    public string? Html { get; init; }

    public string? FromName { get; init; }

    /// <summary>Null: the deployment's own.</summary>
    public string? FromAddress { get; init; }

    public string? ReplyTo { get; init; }

    /// <summary>The part of its Message-ID before the deployment's domain: letters, digits, dots and hyphens. Null for one that is made up.</summary>
    public string? Reference { get; init; }

    /// <summary>No person wrote it for this reader: nothing is to be answered by a machine, such as "I am away" (RFC 3834).</summary>
    public bool IsAutomatic { get; init; }

    /// <summary>Where the reader unsubscribes: by GET on a page, by POST at once (RFC 8058, over https only).</summary>
    public Uri? UnsubscribeUrl { get; init; }

    internal MimeMessage ToMessage(MailboxAddress sender, DateTimeOffset now)
    {
        var message = new MimeMessage { Subject = OneLine(Subject), Date = now };
        var name = FromName is null ? FromAddress is null ? sender.Name : null : OneLine(FromName);
        message.From.Add(new MailboxAddress(name, FromAddress ?? sender.Address));
        message.To.Add(new MailboxAddress(null, To));
        if (ReplyTo is not null)
            message.ReplyTo.Add(new MailboxAddress(null, ReplyTo));

        if (Reference is not null)
            message.MessageId = $"{Reference}@{sender.Domain}";
        if (IsAutomatic)
            message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        if (UnsubscribeUrl is not null)
            AddUnsubscribe(message.Headers, UnsubscribeUrl);

        message.Body = new BodyBuilder { TextBody = Text, HtmlBody = Html }.ToMessageBody();
        return message;
    }

    /// <summary>An URL in its encoded form has no character that could end the header.</summary>
    private static void AddUnsubscribe(HeaderList headers, Uri url)
    {
        headers.Add(HeaderId.Precedence, "bulk");
        headers.Add(HeaderId.ListUnsubscribe, $"<{url.AbsoluteUri}>");
        if (url.Scheme == Uri.UriSchemeHttps)
            headers.Add(HeaderId.ListUnsubscribePost, "List-Unsubscribe=One-Click");
    }

    private static string OneLine(string text) => Breaks().Replace(text, " ").Trim();

    [GeneratedRegex(@"[\s\p{Cc}\u2028\u2029]+")]
    private static partial Regex Breaks();
}
