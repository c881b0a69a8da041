using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Mail;
using Microsoft.Extensions.Options;

namespace Crm.Campaigns.Sending;

/// <summary>What is the same for all mails of a turn.</summary>
/// <param name="Reader">What the mails may show.</param>
public sealed record SendBatch(string TenantId, Campaign Campaign, Permissions Reader, IReadOnlyDictionary<string, MessageTemplate> Messages, IMailSession Session);

/// <summary>How it went with one recipient.</summary>
/// <param name="DueAt">When something is to be done about it again; null where it has come to its end.</param>
/// <param name="Unreachable">Why nothing can be sent to anybody now.</param>
/// <param name="Stopped">The campaign is no longer being sent.</param>
public readonly record struct SendOutcome(DateTimeOffset? DueAt = null, string? Unreachable = null, bool Stopped = false);

/// <summary>
/// Sends to one recipient, at most once. It is claimed first, by a conditional write; what forbids the sending is looked at while it is claimed; then the mail
/// goes out, and how that went is written down. Who dies in between leaves a claim that runs out, and nobody sends again.
/// </summary>
public sealed class SendCampaignMail(
    Recipients recipients, CampaignStates states, SendChecks checks, MergeValues merging, CampaignMail composer, Suppressions suppressions, IOptions<SendSettings> settings, TimeProvider time)
{
    /// <summary>How often a mail is tried again that the server does not take for now.</summary>
    private const int Retries = 3;

    private const int RetryFactor = 3;

    /// <summary>The mail, or what becomes of the recipient without one; neither where the campaign is no longer being sent.</summary>
    private readonly record struct Preparation(OutgoingMail? Mail, Func<Recipient, Recipient>? End);

    public async Task<SendOutcome> RunAsync(SendBatch batch, StoredRecipient pending, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var giveUpAt = now.AddSeconds(settings.Value.ClaimSeconds);
        if (await recipients.ClaimAsync(pending, Ids.New(now), now, giveUpAt, cancellation) is not { } claimed)
            return new SendOutcome(giveUpAt);

        var prepared = default(Preparation);
        try
        {
            prepared = await PrepareAsync(batch, claimed.Recipient, cancellation);
        }
        finally
        {
            // Also where something went wrong: nothing has been sent yet.
            if (prepared is { Mail: null, End: null })
                await ReleaseAsync(claimed, pending.Recipient);
        }

        if (prepared.Mail is null)
        {
            if (prepared.End is null)
                return new SendOutcome(Stopped: true);
            await recipients.SettleAsync(claimed, prepared.End, CancellationToken.None);
            return default;
        }

        return await SettleAsync(claimed, pending.Recipient, await SendAsync(batch.Session, prepared.Mail));
    }

    private async Task<Preparation> PrepareAsync(SendBatch batch, Recipient recipient, CancellationToken cancellation)
    {
        var campaign = states.ReadAsync(batch.Campaign.Id, cancellation);
        var refused = checks.RefusedAsync(batch.TenantId, recipient.PartyRef, recipient.Address!, batch.Campaign.RequiredConsent, cancellation);
        var values = merging.OfAsync(batch.Campaign, batch.TenantId, batch.Reader, recipient.PartyRef, cancellation);
        await Task.WhenAll(campaign, refused, values);

        if ((await campaign)?.Status != CampaignStatus.Sending)
            return default;
        if (await refused is { } reason)
            return End(present => present with { Status = RecipientStatus.Skipped, SkipReason = reason });
        if (await values is not { } fields)
            return End(present => present with { Status = RecipientStatus.Rejected, Detail = "There is no such record any more, or none that who sends it may read." });
        if (!batch.Messages.TryGetValue(recipient.MessageId, out var template))
            return End(present => present with { Status = RecipientStatus.Failed, Detail = "The campaign has no such message." });

        var (mail, error) = await composer.CreateAsync(template, batch.Campaign, recipient, fields);
        return mail is null ? End(present => present with { Status = RecipientStatus.Failed, Detail = error }) : new Preparation(mail, null);

        static Preparation End(Func<Recipient, Recipient> end) => new(null, present => end(present) with { DueAt = null });
    }

    /// <summary>Nobody's end but the time's ends a sending: a mail that is being given is not torn off by a shutdown.</summary>
    private async Task<MailResult> SendAsync(IMailSession session, OutgoingMail mail)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(settings.Value.ClaimSeconds), time);
        try
        {
            return await session.SendAsync(mail, patience.Token);
        }
        catch (OperationCanceledException)
        {
            return new MailResult(MailOutcome.Unknown, "The mail server did not answer in time.");
        }
    }

    private async Task<SendOutcome> SettleAsync(StoredRecipient claimed, Recipient pending, MailResult result)
    {
        if (result.Outcome is MailOutcome.Unreachable or MailOutcome.NotSetUp)
        {
            await ReleaseAsync(claimed, pending);
            return new SendOutcome(Unreachable: result.Detail ?? "");
        }

        if (result is { Outcome: MailOutcome.Refused, IsOfAddress: true })
            await suppressions.AddAsync(pending.Address!, SuppressionReason.HardBounce, CancellationToken.None);

        var now = time.GetUtcNow();
        var retryAt = result.Outcome == MailOutcome.Deferred && pending.Attempts < Retries ? now + Backoff(pending.Attempts) : (DateTimeOffset?)null;
        await recipients.SettleAsync(claimed, Settled, CancellationToken.None);
        return new SendOutcome(retryAt);

        Recipient Settled(Recipient present)
        {
            var settled = present with { DueAt = retryAt, Detail = result.Detail };
            return result.Outcome switch
            {
                MailOutcome.Sent => settled with { Status = RecipientStatus.Sent, SentAt = now },
                MailOutcome.Refused => settled with { Status = RecipientStatus.HardBounced, BouncedAt = now },
                MailOutcome.Deferred when retryAt is not null => settled with { Status = RecipientStatus.Pending, Attempts = pending.Attempts + 1, ClaimId = null, ClaimedAt = null },
                MailOutcome.Deferred => settled with { Status = RecipientStatus.SoftBounced, Attempts = pending.Attempts + 1, BouncedAt = now },
                _ => settled with { Status = RecipientStatus.Unknown },
            };
        }
    }

    private TimeSpan Backoff(int attempts) => TimeSpan.FromSeconds(settings.Value.RetrySeconds * Math.Pow(RetryFactor, attempts));

    /// <summary>As if it had never been claimed.</summary>
    private Task<bool> ReleaseAsync(StoredRecipient claimed, Recipient pending) => recipients.SettleAsync(claimed, _ => pending, CancellationToken.None);
}
