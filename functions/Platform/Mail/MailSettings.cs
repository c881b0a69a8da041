using MailKit.Security;
using MimeKit;

namespace Crm.Platform.Mail;

public enum MailSecurity
{
    /// <summary>For a server on the same machine.</summary>
    None,
    StartTls,
    Tls,
}

/// <summary>Settings of outgoing mail, from the section <c>Mail</c>.</summary>
public sealed record MailSettings
{
    public const string Section = "Mail";

    /// <summary>The mail server (SMTP). Null: mails are laid down in <see cref="Folder"/>.</summary>
    public string? Host { get; init; }

    public int Port { get; init; } = 587;

    /// <summary>Null: the server is not signed in to.</summary>
    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>Whom mails are from unless they say otherwise: an address, with a name before it if wanted.</summary>
    public string From { get; init; } = "CRM <crm@example.com>";

    public MailSecurity Security { get; init; } = MailSecurity.StartTls;

    /// <summary>Where mails are laid down as files, for want of a mail server. Null: they are not sent, and the log says so.</summary>
    public string? Folder { get; init; }

    internal bool HasFrom => MailboxAddress.TryParse(From, out _);

    internal bool HasPort => Port is > 0 and <= 65535;

    /// <summary>A password without a connection that hides it would be told to everybody on the way.</summary>
    internal bool HidesPassword => Security != MailSecurity.None || string.IsNullOrEmpty(Password) || Host is "localhost" or "127.0.0.1" or "::1";

    internal SecureSocketOptions SocketOptions => Security switch
    {
        MailSecurity.Tls => SecureSocketOptions.SslOnConnect,
        MailSecurity.StartTls => SecureSocketOptions.StartTls,
        _ => SecureSocketOptions.None,
    };
}
