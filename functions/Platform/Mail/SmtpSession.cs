using System.Net.Sockets;
using System.Text;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Crm.Platform.Mail;

/// <summary>A conversation with a mail server. What breaks it is mended with the next mail.</summary>
internal sealed class SmtpSession(MailSettings server, TimeProvider time) : IMailSession
{
    /// <summary>Milliseconds for each answer of the server.</summary>
    private const int Patience = 20_000;

    private readonly MailboxAddress _sender = MailboxAddress.Parse(server.From);
    private Client? _client;

    public async Task<MailResult> SendAsync(OutgoingMail mail, CancellationToken cancellation)
    {
        var message = mail.ToMessage(_sender, time.GetUtcNow());
        var continued = _client is not null;
        var result = await TryAsync(message, mail.To, cancellation);

        // Servers end conversations that were idle, or long enough. As long as nothing was given, another one is no second mail.
        return continued && result.Outcome == MailOutcome.Unreachable ? await TryAsync(message, mail.To, cancellation) : result;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // What was sent is gone: nothing that happens to the farewell changes that.
            if (_client is not null)
                await _client.DisconnectAsync(quit: true);
        }
        catch (Exception failure) when (IsOfTheConnection(failure))
        {
        }
        finally
        {
            Drop();
        }
    }

    private async Task<MailResult> TryAsync(MimeMessage message, string to, CancellationToken cancellation)
    {
        try
        {
            _client ??= await ConnectAsync(cancellation);
        }
        catch (Exception failure) when (IsOfTheConnection(failure) || failure is AuthenticationException or SslHandshakeException or NotSupportedException)
        {
            // Nothing was said about the mail yet: once the server or the settings are right again, it goes out.
            return new MailResult(MailOutcome.Unreachable, failure.Message);
        }

        var options = FormatOptions.Default.Clone();
        options.International = _client.Capabilities.HasFlag(SmtpCapabilities.UTF8);
        if (!options.International && !Ascii.IsValid(to.AsSpan(0, to.LastIndexOf('@'))))
            return new MailResult(MailOutcome.Refused, "The server takes no addresses in other letters than English ones (RFC 6531).");

        _client.HasGiven = false;
        try
        {
            await _client.SendAsync(options, message, cancellation);
            return new MailResult(MailOutcome.Sent);
        }
        catch (SmtpCommandException refusal)
        {
            var detail = $"{(int)refusal.StatusCode} {refusal.Message}";
            if (refusal.StatusCode == SmtpStatusCode.ServiceNotAvailable || refusal.ErrorCode == SmtpErrorCode.SenderNotAccepted)
            {
                Drop();
                return new MailResult(MailOutcome.Unreachable, detail);
            }

            // 5.7: policy (RFC 3463), such as that we may not send through this server. It says nothing of the address.
            return (int)refusal.StatusCode < 500
                ? new MailResult(MailOutcome.Deferred, detail)
                : new MailResult(MailOutcome.Refused, detail) { IsOfAddress = !refusal.Message.StartsWith("5.7.", StringComparison.Ordinal) };
        }
        catch (ServiceNotAuthenticatedException refusal)
        {
            Drop();
            return new MailResult(MailOutcome.Unreachable, refusal.Message);
        }
        catch (Exception failure) when (IsOfTheConnection(failure))
        {
            var given = _client.HasGiven;
            Drop();
            return new MailResult(given ? MailOutcome.Unknown : MailOutcome.Unreachable, failure.Message);
        }
        catch (OperationCanceledException)
        {
            Drop();
            throw;
        }
    }

    private async Task<Client> ConnectAsync(CancellationToken cancellation)
    {
        var client = new Client { Timeout = Patience };
        try
        {
            await client.ConnectAsync(server.Host!, server.Port, server.SocketOptions, cancellation);
            if (!string.IsNullOrEmpty(server.User))
                await client.AuthenticateAsync(server.User, server.Password ?? "", cancellation);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private void Drop()
    {
        _client?.Dispose();
        _client = null;
    }

    private static bool IsOfTheConnection(Exception failure) =>
        failure is SocketException or IOException or ProtocolException or TimeoutException or ServiceNotConnectedException or SmtpCommandException;

    /// <summary>Remembers whether the server has taken the recipient: what follows is the mail itself.</summary>
    private sealed class Client : SmtpClient
    {
        public bool HasGiven { get; set; }

        protected override void OnRecipientAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response)
        {
            HasGiven = true;
            base.OnRecipientAccepted(message, mailbox, response);
        }
    }
}
