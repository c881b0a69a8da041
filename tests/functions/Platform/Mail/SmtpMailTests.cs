using System.Net;
using System.Net.Sockets;
using System.Text;
using Crm.Platform.Mail;
using Microsoft.Extensions.Options;
using SmtpServer.Protocol;

namespace Crm.Tests.Platform.Mail;

public sealed class SmtpMailTests
{
    private static readonly OutgoingMail Mail = new("ada@example.com", "Hello", "Dear Ada");

    [Fact]
    public async Task Send_ToAServerThatTakesIt_IsSentWithBothParts()
    {
        await using var server = new MailServer();

        var result = await SendAsync(server.Port, Mail with { Subject = "Vår 🌷 春", Text = "Kjære Ådne", Html = "<p>Kjære Ådne</p>", FromName = "Åse", ReplyTo = "post@example.com" });

        Assert.Equal(new MailResult(MailOutcome.Sent), result);
        var taken = Assert.Single(server.Taken);
        Assert.Equal("Vår 🌷 春", taken.Subject);
        Assert.Equal("Kjære Ådne", taken.TextBody!.Trim());
        Assert.Equal("<p>Kjære Ådne</p>", taken.HtmlBody!.Trim());
        Assert.Equal("\"Åse\" <crm@example.com>", taken.From.ToString());
        Assert.Equal("post@example.com", taken.ReplyTo.ToString());
    }

    [Fact]
    public async Task Send_WithLineBreaksInItsParts_AddsNoHeader()
    {
        await using var server = new MailServer();

        await SendAsync(server.Port, Mail with { Subject = "Hello\r\nBcc: eve@example.com\u2028X-Evil: 1", FromName = "Ada\r\nX-Evil: 2\n" });

        var taken = Assert.Single(server.Taken);
        Assert.Equal("Hello Bcc: eve@example.com X-Evil: 1", taken.Subject);
        Assert.Empty(taken.Bcc);
        Assert.DoesNotContain(taken.Headers, header => header.Field == "X-Evil");
        Assert.Equal("Ada X-Evil: 2", taken.From.Mailboxes.Single().Name);
    }

    [Theory]
    [InlineData(451, MailOutcome.Deferred)]
    [InlineData(550, MailOutcome.Refused)]
    public async Task Send_ToAServerThatDoesNotTakeIt_SaysWhetherForNowOrForGood(int code, MailOutcome outcome)
    {
        await using var server = new MailServer();
        server.Answer = new SmtpResponse((SmtpReplyCode)code, "no such luck");

        var result = await SendAsync(server.Port, Mail);

        Assert.Equal(outcome, result.Outcome);
        Assert.StartsWith($"{code} ", result.Detail, StringComparison.Ordinal);
        Assert.Contains("no such luck", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_ToAnAddressInOtherLetters_ArrivesOrIsRefused()
    {
        await using var server = new MailServer();

        var result = await SendAsync(server.Port, Mail with { To = "用户@example.com" });

        // The server of the test announces whether it takes them; either way nobody is left in doubt.
        Assert.Equal(server.Taken.IsEmpty ? MailOutcome.Refused : MailOutcome.Sent, result.Outcome);
    }

    [Fact]
    public async Task Send_WithNobodyListening_IsForLater() => Assert.Equal(MailOutcome.Deferred, (await SendAsync(MailServer.FreePort(), Mail)).Outcome);

    [Fact]
    public async Task Send_ToAServerThatHangsUpOnTheMail_IsUnknown()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = TakeAndHangUpAsync(listener);

        var result = await SendAsync(((IPEndPoint)listener.LocalEndpoint).Port, Mail);

        Assert.Equal(MailOutcome.Unknown, result.Outcome);
        Assert.Contains("Dear Ada", await serving, StringComparison.Ordinal);
    }

    /// <summary>Takes the whole mail, and goes without a word about it.</summary>
    private static async Task<string> TakeAndHangUpAsync(TcpListener listener)
    {
        using var connection = await listener.AcceptTcpClientAsync();
        using var reader = new StreamReader(connection.GetStream(), Encoding.UTF8);
        await using var writer = new StreamWriter(connection.GetStream()) { NewLine = "\r\n", AutoFlush = true };
        await writer.WriteLineAsync("220 localhost");
        while (await reader.ReadLineAsync() is { } line)
        {
            await writer.WriteLineAsync(line == "DATA" ? "354 go on" : "250 localhost");
            if (line == "DATA")
                break;
        }

        var mail = new StringBuilder();
        while (await reader.ReadLineAsync() is { } line && line != ".")
            mail.AppendLine(line);
        return mail.ToString();
    }

    private static Task<MailResult> SendAsync(int port, OutgoingMail mail)
    {
        var settings = new MailSettings { Host = "127.0.0.1", Port = port, Security = MailSecurity.None };
        return new SmtpMail(Options.Create(settings), TimeProvider.System).SendAsync(mail, CancellationToken.None);
    }
}
