using Microsoft.Extensions.Options;

namespace Crm.Platform.Mail;

/// <summary>Hands mails to the server of the settings.</summary>
public sealed class SmtpMail(IOptions<MailSettings> settings, TimeProvider time) : IMailTransport
{
    public string? Missing => null;

    public IMailSession Open() => new SmtpSession(settings.Value, time);
}
