using System.Net.Sockets;
using System.Text;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace Crm.Platform.Mail;

/// <summary>Hands mails to the server of the settings, each in a conversation of its own.</summary>
public sealed class SmtpMail(IOptions<MailSettings> settings, TimeProvider time) : IMailTransport
{
    /// <summary>Milliseconds for each answer of the server.</summary>
    private const int Patience = 20_000;

    public async Task<MailResult> SendAsync(OutgoingMail mail, CancellationToken cancellation)
    {
        var server = settings.Value;
        var message = mail.ToMessage(MailboxAddress.Parse(server.From), time.GetUtcNow());
        using var client = new SmtpClient { Timeout = Patience };
        try
        {
            await client.ConnectAsync(server.Host!, server.Port, server.SocketOptions, cancellation);
            if (!string.IsNullOrEmpty(server.User))
                await client.AuthenticateAsync(server.User, server.Password ?? "", cancellation);
        }
        catch (Exception failure) when (IsOfTheConnection(failure) || failure is AuthenticationException or SslHandshakeException or NotSupportedException)
        {
            // Nothing was said about the mail yet: once the server or the settings are right again, it goes out.
            return new MailResult(MailOutcome.Deferred, failure.Message);
        }

        return await SendAsync(client, message, mail.To, cancellation);
    }

    private static async Task<MailResult> SendAsync(SmtpClient client, MimeMessage message, string to, CancellationToken cancellation)
    {
        var options = FormatOptions.Default.Clone();
        options.International = client.Capabilities.HasFlag(SmtpCapabilities.UTF8);
        if (!options.International && !Ascii.IsValid(to.AsSpan(0, to.LastIndexOf('@'))))
            return new MailResult(MailOutcome.Refused, "The server takes no addresses in other letters than English ones (RFC 6531).");

        try
        {
            await client.SendAsync(options, message, cancellation);
        }
        catch (SmtpCommandException refusal)
        {
            return new MailResult((int)refusal.StatusCode < 500 ? MailOutcome.Deferred : MailOutcome.Refused, $"{(int)refusal.StatusCode} {refusal.Message}");
        }
        catch (Exception failure) when (IsOfTheConnection(failure))
        {
            return new MailResult(MailOutcome.Unknown, failure.Message);
        }

        await QuitAsync(client, cancellation);
        return new MailResult(MailOutcome.Sent);
    }

    /// <summary>The mail is gone: nothing that happens to the farewell changes that.</summary>
    private static async Task QuitAsync(SmtpClient client, CancellationToken cancellation)
    {
        try
        {
            await client.DisconnectAsync(quit: true, cancellation);
        }
        catch (Exception failure) when (IsOfTheConnection(failure))
        {
        }
    }

    private static bool IsOfTheConnection(Exception failure) =>
        failure is SocketException or IOException or ProtocolException or TimeoutException or ServiceNotConnectedException or SmtpCommandException;
}
