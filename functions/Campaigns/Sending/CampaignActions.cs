using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;

namespace Crm.Campaigns.Sending;

/// <summary>What people do with a campaign as a whole. Done again, each answers the campaign as it is.</summary>
public sealed class CampaignActions(EntityCatalog catalog, EntityService entities, LaunchChecks checks, CampaignsUnderWay underWay, CallContext call, TimeProvider time)
{
    /// <summary>How often others may change the campaign between the checks and the launch.</summary>
    private const int Rounds = 3;

    /// <summary>Has a campaign sent, now or at its time. The event in the same batch brings it to the queue.</summary>
    public async Task<Result<RecordReply>> LaunchAsync(string id, WriteOptions options, CancellationToken cancellation)
    {
        var type = catalog.Of<Campaign>();
        for (var round = 1; ; round++)
        {
            var read = await entities.ReadAsync(type.Collection, id, session: null, cancellation);
            if (read.Failed)
                return read.Error;

            if (!call.Caller.Permissions.Allows(Right.Update, type.Collection, read.Value.Data))
                return Forbidden.Lacking(Right.Update, $"this record of {type.Collection}");

            var campaign = (Campaign)type.Deserialize(read.Value.Data);
            if (campaign.Status == CampaignStatus.Draft)
            {
                if (await checks.RefusedAsync(campaign, cancellation) is { } refused)
                    return refused;
                await underWay.AddAsync(call.Caller.TenantId, id, cancellation);
            }

            // What was checked is what is launched.
            var condition = options.IfMatch ?? new IfMatch(false, [campaign.Etag]);
            var launched = await entities.ActAsync<Campaign>(id, "launch", options with { IfMatch = condition, Accepts = true }, Launched, cancellation);
            if (launched.Error is not Stale || options.IfMatch is not null)
                return launched;
            if (round == Rounds)
                return new Conflict("Others keep changing the campaign. Try again.");
        }

        Campaign Launched(Campaign draft)
        {
            if (draft.Status != CampaignStatus.Draft)
                return draft;

            var now = time.GetUtcNow();
            var later = draft.StartAt > now;
            return draft with { Status = later ? CampaignStatus.Scheduled : CampaignStatus.Sending, StartedAt = later ? null : now, LaunchedBy = call.Caller.Actor };
        }
    }

    /// <summary>Makes a scheduled campaign a draft again.</summary>
    public Task<Result<RecordReply>> UnscheduleAsync(string id, WriteOptions options, CancellationToken cancellation) => entities.ActAsync<Campaign>(
        id, "unschedule", options, present => present.Status == CampaignStatus.Draft ? present : present with { Status = CampaignStatus.Draft, LaunchedBy = null }, cancellation);

    /// <summary>Stops the sending: a mail that is being given to the server is the last.</summary>
    public Task<Result<RecordReply>> PauseAsync(string id, WriteOptions options, CancellationToken cancellation) => entities.ActAsync<Campaign>(
        id, "pause", options, present => present.Status == CampaignStatus.Paused ? present : present with { Status = CampaignStatus.Paused }, cancellation);

    /// <summary>Goes on where a pause has stopped. Whoever resumes it answers for it from then on.</summary>
    public Task<Result<RecordReply>> ResumeAsync(string id, WriteOptions options, CancellationToken cancellation) => entities.ActAsync<Campaign>(
        id, "resume", options with { Accepts = true },
        present => present.Status == CampaignStatus.Sending ? present : present with { Status = CampaignStatus.Sending, LaunchedBy = call.Caller.Actor, FailureReason = null }, cancellation);

    /// <summary>Ends it for good: who has not been sent to gets nothing.</summary>
    public Task<Result<RecordReply>> CancelAsync(string id, WriteOptions options, CancellationToken cancellation) => entities.ActAsync<Campaign>(
        id, "cancel", options, present => present.Status == CampaignStatus.Cancelled ? present : present with { Status = CampaignStatus.Cancelled }, cancellation);
}
