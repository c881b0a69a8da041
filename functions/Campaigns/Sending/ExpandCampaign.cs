using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform;
using Microsoft.Azure.Cosmos;

namespace Crm.Campaigns.Sending;

/// <summary>
/// Finds the recipients of a campaign that has begun, page by page, and has them sent to when all are found. A page that is done again after a crash finds
/// what it has created: a recipient's id is made of the message and the address.
/// </summary>
public sealed class ExpandCampaign(CampaignPlans plans, CampaignStates states, Launchers launchers, Audience audience, Recipients recipients, Turns turns, TimeProvider time)
{
    /// <summary>How long one message goes on: well within the time that its lock is renewed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <param name="again">The message has been delivered before.</param>
    public async Task RunAsync(CampaignStep step, bool again, CancellationToken cancellation)
    {
        if (await plans.ExpansionAsync(step.TenantId, step.CampaignId, cancellation) is not { } expansion || !await turns.IsOnAsync(step, expansion.Turn, expansion.TurnAt, again, cancellation))
            return;

        var messages = expansion.Done ? null : (await plans.MessagesAsync(step.TenantId, step.CampaignId, cancellation)).Values;
        for (var started = time.GetTimestamp(); !expansion.Done && time.GetElapsedTime(started) < Patience;)
        {
            if (await states.ReadAsync(step.CampaignId, cancellation) is not { } campaign)
                return;
            if (campaign.Status != CampaignStatus.Sending)
            {
                // Of one that has ended meanwhile, what was created last is still to be closed.
                if (campaign.Status != CampaignStatus.Paused)
                    await turns.WakeShardsAsync(step.TenantId, step.CampaignId, cancellation);
                return;
            }

            if (await PageAsync(step, campaign, expansion, [.. messages!], cancellation) is not { } next || !await turns.PatchAsync(step, Changes(next), cancellation))
                return;

            expansion = next;
        }

        if (expansion.Done)
            await turns.WakeShardsAsync(step.TenantId, step.CampaignId, cancellation);
        else
            await turns.NextAsync(step, time.GetUtcNow(), permits: null, cancellation);
    }

    private static IReadOnlyList<PatchOperation> Changes(Expansion next) =>
        [PatchOperation.Set("/segment", next.Segment), PatchOperation.Set("/continuation", next.Continuation), PatchOperation.Set("/done", next.Done)];

    /// <summary>Creates the recipients of a page; where the walk stands then, or null where it cannot go on.</summary>
    private async Task<Expansion?> PageAsync(CampaignStep step, Campaign campaign, Expansion expansion, IReadOnlyList<PlannedMessage> messages, CancellationToken cancellation)
    {
        if (expansion.Segment >= expansion.Segments)
            return expansion with { Done = true };
        if (await launchers.FindAsync(step.TenantId, campaign, cancellation) is not { } reader)
        {
            await states.PauseAsync(campaign.Id, Launchers.Gone, cancellation);
            return null;
        }

        var segment = await plans.SegmentAsync(step.TenantId, step.CampaignId, expansion.Segment, cancellation);
        var page = await audience.PageAsync(reader, segment.Entity, segment.Filter, segment.MemberIds, expansion.StartedAt, expansion.Continuation, cancellation);
        if (page.Failed)
        {
            await states.FailAsync(campaign.Id, $"A segment can no longer be read: {page.Error.Detail}", cancellation);
            return null;
        }

        if (segment.Excluded)
            await ExcludeAsync(step, page.Value.Parties, messages, cancellation);
        else
            await CreateAsync(step, page.Value.Parties, messages, cancellation);

        return page.Value.Next is { } more ? expansion with { Continuation = more } : expansion with { Segment = expansion.Segment + 1, Continuation = null };
    }

    private Task ExcludeAsync(CampaignStep step, IReadOnlyList<Party> parties, IReadOnlyList<PlannedMessage> messages, CancellationToken cancellation)
    {
        var keys = from address in parties.Select(party => party.Address).OfType<string>()
                   from message in messages
                   select RecipientKey.Of(step.TenantId, step.CampaignId, RecipientKey.IdOf(step.CampaignId, message.MessageId, address));
        return ByShardAsync(keys.Distinct(), key => key.Shard, chunk => recipients.ExcludeAsync(chunk, cancellation));
    }

    private async Task CreateAsync(CampaignStep step, IReadOnlyList<Party> parties, IReadOnlyList<PlannedMessage> messages, CancellationToken cancellation)
    {
        var wanted = (from message in messages from party in parties select NewRecipient(step, message, party)).ToLookup(recipient => recipient.Id);
        var duplicates = wanted.SelectMany(same => same.Where(other => other.PartyRef != same.First().PartyRef)).ToList();
        await ByShardAsync(wanted.Select(same => same.First()), recipient => recipient.Shard, async chunk =>
        {
            var present = await recipients.CreateMissingAsync(chunk, cancellation);
            lock (duplicates)
                duplicates.AddRange(chunk.Where(recipient => present.TryGetValue(recipient.Id, out var party) && party is not null && party != recipient.PartyRef));
        });

        // Whoever else has the address is written down, and gets nothing.
        await ByShardAsync(duplicates.Select(Skipped).DistinctBy(recipient => recipient.Id), recipient => recipient.Shard, chunk => recipients.CreateMissingAsync(chunk, cancellation));
    }

    private static Recipient NewRecipient(CampaignStep step, PlannedMessage message, Party party) => party.Address is { } address
        ? new Recipient(RecipientKey.IdOf(step.CampaignId, message.MessageId, address), step.TenantId, step.CampaignId, message.MessageId, party.Reference, address, RecipientStatus.Pending) { DueAt = message.SendAt }
        : new Recipient(IdOfParty(step.CampaignId, message.MessageId, party.Reference), step.TenantId, step.CampaignId, message.MessageId, party.Reference, null, RecipientStatus.Skipped) { SkipReason = party.Skip };

    private static Recipient Skipped(Recipient duplicate) => duplicate with
    {
        Id = IdOfParty(duplicate.CampaignId, duplicate.MessageId, duplicate.PartyRef),
        Status = RecipientStatus.Skipped,
        SkipReason = SkipReason.DuplicateAddress,
        DueAt = null,
    };

    /// <summary>The id of somebody who has no address of their own.</summary>
    private static string IdOfParty(string campaignId, string messageId, RecordLink party) => Ids.From(campaignId, messageId, party.Type, party.Id);

    /// <summary>Shards at once, and within each so many as one batch takes.</summary>
    private static Task ByShardAsync<T>(IEnumerable<T> all, Func<T, string> shard, Func<IReadOnlyList<T>, Task> write) =>
        Task.WhenAll(all.GroupBy(shard).Select(async group =>
        {
            foreach (var chunk in group.Chunk(Recipients.MostAtOnce))
                await write(chunk);
        }));
}
