using System.Text.Encodings.Web;
using Azure.Messaging.ServiceBus;
using Crm.Campaigns.Tracking;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.History;
using Crm.Platform.Mail;
using Crm.Platform.Messaging;
using Crm.Tenants;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crm.Campaigns.Consents;

/// <summary>
/// Asks whoever is to have consented whether it was they, by a mail to their address: at least once, since the event waits in a queue, and not twice as far as
/// that can be known. A crash between sending and writing it down has it sent again, under the same Message-ID and with the same link.
/// </summary>
public sealed partial class AskForConfirmation(
    ConfirmConsent confirmations, ConfirmationClaims claims, ConfirmationLinks links, PartyAddresses addresses, Suppressions suppressions, TenantDirectory tenants, RecordStore records,
    IMailTransport transport, [FromKeyedServices(Queues.Confirmations)] ServiceBusSender queue, TimeProvider time, ILogger<AskForConfirmation> logger)
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(12);

    public async Task RunAsync(EventMessage message, CancellationToken cancellation)
    {
        var link = new ConfirmationLink(message.TenantId, message.RecordId);
        if (await confirmations.FindAsync(link, cancellation) is not { State: ConfirmationState.Open, Consent: var consent })
            return;
        if (await addresses.FindAsync(message.TenantId, consent.PartyRef, cancellation) is not { } party || await suppressions.HasAsync(party.Address, cancellation))
            return;

        var (claim, isMine) = await claims.TakeAsync(message.TenantId, consent.Id, cancellation);
        if (isMine)
            await SendAsync(message, await MailAsync(link, consent, party, cancellation), claim, cancellation);
        else if (!claim.IsDone)
            await LaterAsync(message, ConfirmationClaims.Patience, cancellation);
    }

    private async Task SendAsync(EventMessage message, OutgoingMail mail, ConfirmationClaim claim, CancellationToken cancellation)
    {
        var result = await transport.SendAsync(mail, cancellation);
        if (result.Outcome is MailOutcome.Sent or MailOutcome.Refused)
        {
            await claims.DoneAsync(claim, cancellation);
        }
        else
        {
            // Waits half as long again as it has waited so far, until the link would be no longer good.
            var waited = (time.GetUtcNow() - message.OccurredAt) / 2;
            await LaterAsync(message, waited < ShortestWait ? ShortestWait : waited > LongestWait ? LongestWait : waited, cancellation);
            await claims.ReleaseAsync(claim, cancellation);
        }

        if (result.Outcome != MailOutcome.Sent)
            Log.NotSent(logger, claim.Id, result.Outcome, result.Detail);
    }

    private async Task<OutgoingMail> MailAsync(ConfirmationLink link, Consent consent, PartyAddress party, CancellationToken cancellation)
    {
        var tenant = await tenants.FindAsync(link.TenantId, records, cancellation) ?? throw new InvalidOperationException($"There is no tenant {link.TenantId}.");
        var (words, url) = (Wording.Of(party.Language ?? tenant.Locale), links.Of(link).AbsoluteUri);
        var asked = Wording.Fill(words.ConfirmMail, tenant.Name, consent.Purpose);
        var encoder = HtmlEncoder.Default;
        return new OutgoingMail(party.Address, $"{words.Confirm}: {tenant.Name}", $"{asked}\n\n{url}\n\n{words.ConfirmMailIgnore}\n")
        {
            Html = $"""
                <html lang="{words.Language}"><body>
                <p>{encoder.Encode(asked)}</p>
                <p><a href="{encoder.Encode(url)}">{encoder.Encode(words.Confirm)}</a></p>
                <p>{encoder.Encode(words.ConfirmMailIgnore)}</p>
                </body></html>
                """,
            Reference = consent.Id,
            IsAutomatic = true,
        };
    }

    private Task<long> LaterAsync(EventMessage message, TimeSpan wait, CancellationToken cancellation) =>
        queue.ScheduleMessageAsync(message.ToMessage(traceParent: null), time.GetUtcNow() + wait, cancellation);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The mail that asks to confirm the consent {ConsentId} was not sent ({Outcome}): {Reason}")]
        public static partial void NotSent(ILogger logger, string consentId, MailOutcome outcome, string? reason);
    }
}
