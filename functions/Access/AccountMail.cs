using Crm.Entities.Types;
using Crm.Platform.Mail;
using Microsoft.Extensions.Logging;

namespace Crm.Access;

/// <summary>Brings a link to a user's mail.</summary>
public sealed partial class AccountMail(IMailTransport transport, ILogger<AccountMail> logger)
{
    /// <summary>
    /// Does not wait for the mail server: how long an answer takes must not say whether there is such a user. A mail that does not go out can be asked
    /// for again.
    /// </summary>
    public void Send(User user, Link link) => _ = Task.Run(() => SendAsync(user, link));

    private async Task SendAsync(User user, Link link)
    {
        var text = $"POST /auth/password/set with this token, once, until {link.ExpiresAt:u}:\n\n{link.Token}\n";
        try
        {
            var result = await transport.SendAsync(new OutgoingMail(user.Email, "Set your password", text), CancellationToken.None);
            if (result.Outcome != MailOutcome.Sent)
                Log.NotSent(logger, user.Id, result.Detail);
        }
        catch (Exception failure)
        {
            // Nobody waits for it who could be told.
            Log.Failed(logger, failure, user.Id);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The mail that user {UserId} asked for was not sent: {Reason}")]
        public static partial void NotSent(ILogger logger, string userId, string? reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "The mail that user {UserId} asked for was not sent")]
        public static partial void Failed(ILogger logger, Exception failure, string userId);
    }
}
