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
    public async Task Send_WithNobodyListening_IsForLater() => Assert.Equal(MailOutcome.Unreachable, (await SendAsync(MailServer.FreePort(), Mail)).Outcome);

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

    [Fact]
    public async Task Session_OfSeveralMails_IsOneConversation()
    {
        await using var server = new MailServer();
        await using var session = Transport(server.Port).Open();

        await session.SendAsync(Mail, CancellationToken.None);
        server.Answer = new SmtpResponse((SmtpReplyCode)550, "not you");
        var refused = await session.SendAsync(Mail, CancellationToken.None);
        server.Answer = SmtpResponse.Ok;
        var sent = await session.SendAsync(Mail, CancellationToken.None);

        Assert.Equal((MailOutcome.Refused, true, MailOutcome.Sent), (refused.Outcome, refused.IsOfAddress, sent.Outcome));
        Assert.Equal((2, 1), (server.Taken.Count, server.Sessions));
    }

    [Fact]
    public async Task Session_ThatTheServerHasEnded_GoesOnInAnother_AndSendsNothingTwice()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var taken = new List<string>();
        var serving = Task.Run(async () =>
        {
            taken.Add(await TakeAndHangUpAsync(listener, "250 taken"));
            taken.Add(await TakeAndHangUpAsync(listener, "250 taken"));
        });
        await using var session = Transport(((IPEndPoint)listener.LocalEndpoint).Port).Open();

        var first = await session.SendAsync(Mail with { Text = "The first" }, CancellationToken.None);
        var second = await session.SendAsync(Mail with { Text = "The second" }, CancellationToken.None);
        await serving;

        Assert.Equal((MailOutcome.Sent, MailOutcome.Sent), (first.Outcome, second.Outcome));
        Assert.Contains("The first", taken[0], StringComparison.Ordinal);
        Assert.Contains("The second", taken[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_ToAServerThatRefusesTheSender_SaysNothingOfTheAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = TakeAndHangUpAsync(listener, "250 taken", toSender: "530 5.7.0 sign in first");

        Assert.Equal(MailOutcome.Unreachable, (await SendAsync(((IPEndPoint)listener.LocalEndpoint).Port, Mail)).Outcome);
        Assert.Empty(await serving);
    }

    /// <summary>Takes the whole mail, says something or nothing about it, and goes.</summary>
    private static async Task<string> TakeAndHangUpAsync(TcpListener listener, string? lastWords = null, string toSender = "250 localhost")
    {
        using var connection = await listener.AcceptTcpClientAsync();
        using var reader = new StreamReader(connection.GetStream(), Encoding.UTF8);
        await using var writer = new StreamWriter(connection.GetStream()) { NewLine = "\r\n", AutoFlush = true };
        await writer.WriteLineAsync("220 localhost");
        while (await reader.ReadLineAsync() is { } line)
        {
            await writer.WriteLineAsync(line == "DATA" ? "354 go on" : line.StartsWith("MAIL", StringComparison.Ordinal) ? toSender : "250 localhost");
            if (line == "DATA")
                break;
        }

        var mail = new StringBuilder();
        while (await reader.ReadLineAsync() is { } line && line != ".")
            mail.AppendLine(line);
        if (lastWords is not null && mail.Length > 0)
            await writer.WriteLineAsync(lastWords);
        return mail.ToString();
    }

    private static Task<MailResult> SendAsync(int port, OutgoingMail mail) => Transport(port).SendAsync(mail, CancellationToken.None);

    private static SmtpMail Transport(int port) =>
        new(Options.Create(new MailSettings { Host = "127.0.0.1", Port = port, Security = MailSecurity.None }), TimeProvider.System);
}
