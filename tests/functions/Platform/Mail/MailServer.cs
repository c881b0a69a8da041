using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MimeKit;
using SmtpServer;
using SmtpServer.ComponentModel;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace Crm.Tests.Platform.Mail;

/// <summary>A mail server on this machine, which keeps what it takes and answers as it is told.</summary>
internal sealed class MailServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private int _sessions;

    public MailServer()
    {
        Port = FreePort();
        var options = new SmtpServerOptionsBuilder()
            .ServerName("localhost")
            .Endpoint(endpoint => endpoint.Endpoint(new IPEndPoint(IPAddress.Loopback, Port)))
            .Build();
        var services = new ServiceProvider();
        services.Add(new Store(this));
        var server = new SmtpServer.SmtpServer(options, services);
        server.SessionCreated += (_, _) => Interlocked.Increment(ref _sessions);
        _running = server.StartAsync(_stop.Token);
    }

    public int Port { get; }

    public ConcurrentQueue<MimeMessage> Taken { get; } = [];

    /// <summary>What it says to a mail that was given to it.</summary>
    public SmtpResponse Answer { get; set; } = SmtpResponse.Ok;

    /// <summary>What it says to a mail to an address, where that differs from <see cref="Answer"/>. A mail that is taken is kept at once, however long the answer takes.</summary>
    public Func<string, SmtpResponse>? AnswerTo { get; set; }

    /// <summary>How long an answer takes.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Conversations so far.</summary>
    public int Sessions => _sessions;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class Store(MailServer server) : MessageStore
    {
        public override async Task<SmtpResponse> SaveAsync(ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
        {
            var to = transaction.To[0];
            var answer = server.AnswerTo?.Invoke($"{to.User}@{to.Host}") ?? server.Answer;
            if (answer.ReplyCode == SmtpReplyCode.Ok)
                server.Taken.Enqueue(await MimeMessage.LoadAsync(new MemoryStream(buffer.ToArray()), cancellationToken));
            if (server.Delay > TimeSpan.Zero)
                await Task.Delay(server.Delay, cancellationToken);
            return answer;
        }
    }
}
