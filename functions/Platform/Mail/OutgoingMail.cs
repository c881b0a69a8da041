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

        message.Body = new BodyBuilder { TextBody = Text, HtmlBody = Html }.ToMessageBody();
        return message;
    }

    private static string OneLine(string text) => Breaks().Replace(text, " ").Trim();

    [GeneratedRegex(@"[\s\p{Cc}\u2028\u2029]+")]
    private static partial Regex Breaks();
}
