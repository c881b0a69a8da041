using Crm.Entities.Types;
using Crm.Platform.Mail;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Crm.Campaigns.Sending;

/// <summary>
/// One turn of a shard: sends to some of its recipients, one after the other in one conversation with the mail server, and plans the next turn for when something
/// is due. The last one to end has the campaign completed.
/// </summary>
public sealed partial class SendShard(
    CampaignTotals totals, CampaignStates states, Launchers launchers, CampaignPlans plans, Recipients recipients, SendCampaignMail mails, SendThrottle throttle,
    CampaignProgress progress, Turns turns, IMailTransport transport, IOptions<SendSettings> settings, TimeProvider time, ILogger<SendShard> logger)
{
    /// <summary>Recipients in a turn.</summary>
    private const int Most = 50;

    /// <summary>How long a turn goes on to the next recipient: other campaigns wait for theirs.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>How late a place in the throttle may still be taken.</summary>
    private static readonly TimeSpan PermitLife = TimeSpan.FromSeconds(30);

    /// <param name="again">The message has been delivered before.</param>
    public async Task RunAsync(CampaignStep step, bool again, CancellationToken cancellation)
    {
        if (await totals.FindAsync(step.TenantId, step.CampaignId, step.Part, cancellation) is not { } shard || !await turns.IsOnAsync(step, shard.Turn, shard.TurnAt, again, cancellation))
            return;

        var campaign = await states.ReadAsync(step.CampaignId, cancellation);
        if (campaign?.Status == CampaignStatus.Sending)
            await SendAsync(step, campaign, cancellation);
        else if (campaign is null or { Status: CampaignStatus.Cancelled or CampaignStatus.Failed })
            await CloseAsync(step, cancellation);
    }

    private async Task SendAsync(CampaignStep step, Campaign campaign, CancellationToken cancellation)
    {
        if (await launchers.FindAsync(step.TenantId, campaign, cancellation) is not { } reader)
        {
            await states.PauseAsync(campaign.Id, Launchers.Gone, cancellation);
            return;
        }

        var open = await recipients.OpenAsync(step.TenantId, step.CampaignId, step.Part, Most, cancellation);
        var now = time.GetUtcNow();
        var due = open.Where(stored => stored.Recipient.DueAt <= now).ToList();
        foreach (var dead in due.Where(stored => stored.Recipient.Status == RecipientStatus.Claimed))
            await recipients.ChangeAsync(dead, dead.Recipient with { Status = RecipientStatus.Unknown, DueAt = null, Detail = "Whoever sent it did not live to say how it went." }, cancellation);

        var pending = due.Where(stored => stored.Recipient.Status == RecipientStatus.Pending).ToList();
        var permits = campaign.ThrottlePerMinute is null ? Most : step.Permits is { } given && now - step.At < PermitLife ? given : 0;
        if (pending.Count > 0 && permits == 0)
        {
            var (places, at) = await throttle.TakeAsync(step.TenantId, step.CampaignId, pending.Count, campaign.ThrottlePerMinute!.Value, cancellation);
            await turns.NextAsync(step, at, places, cancellation);
            return;
        }

        var waiting = open.Where(stored => stored.Recipient.DueAt > now).Select(stored => stored.Recipient.DueAt!.Value).ToList();
        var messages = (await plans.MessagesAsync(step.TenantId, step.CampaignId, cancellation)).ToDictionary(message => message.Key, message => new MessageTemplate(message.Value.Content));
        await using var session = transport.Open();
        var batch = new SendBatch(step.TenantId, campaign, reader.Permissions, messages, session);
        var (started, done) = (time.GetTimestamp(), 0);
        foreach (var recipient in pending.Take(permits))
        {
            cancellation.ThrowIfCancellationRequested();
            if (time.GetElapsedTime(started) > Patience)
                break;

            done++;
            switch (await mails.RunAsync(batch, recipient, cancellation))
            {
                case { Stopped: true }:
                    return;
                case { Unreachable: { } reason }:
                    Log.Unreachable(logger, step.CampaignId, reason);
                    await turns.NextAsync(step, time.GetUtcNow().AddSeconds(settings.Value.RetrySeconds), permits: null, cancellation);
                    return;
                case { DueAt: { } later }:
                    waiting.Add(later);
                    break;
            }
        }

        if (done < pending.Count || due.Count == Most)
            await turns.NextAsync(step, time.GetUtcNow(), permits: null, cancellation);
        else if (waiting.Count > 0)
            await turns.NextAsync(step, waiting.Min(), permits: null, cancellation);
        else
            await progress.CompleteAsync(step.TenantId, step.CampaignId, cancellation);
    }

    /// <summary>Nothing more is sent. Who is being sent to at this moment is left to whoever does it, and looked at once more.</summary>
    private async Task CloseAsync(CampaignStep step, CancellationToken cancellation)
    {
        var open = await recipients.OpenAsync(step.TenantId, step.CampaignId, step.Part, Recipients.MostAtOnce, cancellation);
        var now = time.GetUtcNow();
        var closing = open.Where(stored => stored.Recipient.Status == RecipientStatus.Pending || stored.Recipient.DueAt <= now).Select(stored => (stored, Closed(stored.Recipient))).ToList();
        var closed = closing.Count == 0 || await recipients.ChangeAsync(closing, cancellation) is not null;
        if (!closed || open.Count == Recipients.MostAtOnce)
            await turns.NextAsync(step, now, permits: null, cancellation);
        else if (open.Count > closing.Count)
            await turns.NextAsync(step, open.Max(stored => stored.Recipient.DueAt!.Value), permits: null, cancellation);
        else
            await progress.MeasureAsync(step.CampaignId, cancellation);

        static Recipient Closed(Recipient recipient) => recipient.Status == RecipientStatus.Claimed
            ? recipient with { Status = RecipientStatus.Unknown, DueAt = null }
            : recipient with { Status = RecipientStatus.Skipped, SkipReason = SkipReason.Cancelled, DueAt = null };
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The mail server takes nothing now; campaign {CampaignId} waits: {Reason}")]
        public static partial void Unreachable(ILogger logger, string campaignId, string reason);
    }
}
