namespace Crm.Platform.Mail;

/// <summary>What became of a mail.</summary>
public enum MailOutcome
{
    /// <summary>The server has taken it on.</summary>
    Sent,

    /// <summary>Not now (4xx): trying again later is right.</summary>
    Deferred,

    /// <summary>Never (5xx): the server does not take this mail to this address.</summary>
    Refused,

    /// <summary>The connection broke after the mail was given and before the server answered: sent again, it might come twice.</summary>
    Unknown,

    /// <summary>The server was not reached, or takes nothing from us (421, or it refuses the sender): nothing was said about the recipient, and the mail was not given.</summary>
    Unreachable,

    /// <summary>There is neither a server nor a folder.</summary>
    NotSetUp,
}

/// <param name="Detail">The server's words, or what is missing; null where it was sent.</param>
public sealed record MailResult(MailOutcome Outcome, string? Detail = null)
{
    /// <summary>Of a refusal: it is the address that is no good, not the mail or who sends it.</summary>
    public bool IsOfAddress { get; init; }
}

/// <summary>Brings mails on their way.</summary>
public interface IMailTransport
{
    /// <summary>What keeps every mail from being sent, or null.</summary>
    string? Missing { get; }

    /// <summary>For several mails, one after the other: the server is spoken to from the first to the last.</summary>
    IMailSession Open();
}

/// <summary>One conversation. Not for use by several at once.</summary>
public interface IMailSession : IAsyncDisposable
{
    Task<MailResult> SendAsync(OutgoingMail mail, CancellationToken cancellation);
}

public static class MailTransportExtensions
{
    /// <summary>Sends one mail in a conversation of its own.</summary>
    public static async Task<MailResult> SendAsync(this IMailTransport transport, OutgoingMail mail, CancellationToken cancellation)
    {
        await using var session = transport.Open();
        return await session.SendAsync(mail, cancellation);
    }
}
