namespace Crm.Platform.Mail;

/// <summary>What became of a mail.</summary>
public enum MailOutcome
{
    /// <summary>The server has taken it on.</summary>
    Sent,

    /// <summary>Not now (4xx, or the server was not reached): trying again later is right.</summary>
    Deferred,

    /// <summary>Never (5xx): the server does not take this mail to this address.</summary>
    Refused,

    /// <summary>The connection broke after the mail was given and before the server answered: sent again, it might come twice.</summary>
    Unknown,

    /// <summary>There is neither a server nor a folder.</summary>
    NotSetUp,
}

/// <param name="Detail">The server's words, or what is missing; null where it was sent.</param>
public sealed record MailResult(MailOutcome Outcome, string? Detail = null);

/// <summary>Brings a mail on its way.</summary>
public interface IMailTransport
{
    Task<MailResult> SendAsync(OutgoingMail mail, CancellationToken cancellation);
}
