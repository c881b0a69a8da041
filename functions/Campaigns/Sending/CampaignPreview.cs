using System.Collections.Concurrent;
using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Query;

namespace Crm.Campaigns.Sending;

/// <summary>One message, as one of the audience would get it.</summary>
public sealed record PreviewMessage(string MessageId, string Subject, string? Html, string Text);

/// <summary>What launching a campaign now would come to.</summary>
/// <param name="Audience">How many it would be sent to or skipped, for each message.</param>
/// <param name="IsEstimate">Only the first <paramref name="LookedAt"/> were looked at: the audience is what the segments have together, those who are in several counted several times.</param>
/// <param name="LookedAt">How many the reasons are counted of.</param>
/// <param name="Skipped">How many of them would be skipped, by reason.</param>
/// <param name="Sample">Whose fields the messages show; null where nobody has an address.</param>
public sealed record Preview(
    int Audience, bool IsEstimate, int LookedAt, IReadOnlyDictionary<SkipReason, int> Skipped, RecordLink? Sample, IReadOnlyList<PreviewMessage> Messages);

/// <summary>
/// Looks at the audience of a campaign as a launch would find it, up to a bound: so it costs the same for a campaign to everybody. Nothing is written and nothing sent.
/// </summary>
public sealed class CampaignPreview(
    EntityCatalog catalog, EntityService entities, Audience audience, RecordScan scan, SendChecks checks, LaunchChecks launch, CallContext call, TimeProvider time)
{
    /// <summary>Members that are looked at one by one.</summary>
    private const int MostLookedAt = 200;

    private const int AtOnce = 8;

    public async Task<Result<Preview>> RunAsync(string id, CancellationToken cancellation)
    {
        var read = await entities.ReadAsync(catalog.Of<Campaign>().Collection, id, session: null, cancellation);
        if (read.Failed)
            return read.Error;

        var campaign = (Campaign)read.Value.Type.Deserialize(read.Value.Data);
        var excluded = await SegmentsAsync(campaign.ExcludeSegmentIds, "excludeSegmentIds", cancellation);
        var included = await SegmentsAsync(campaign.SegmentIds, "segmentIds", cancellation);
        if (excluded.Failed || included.Failed)
            return excluded.Error ?? included.Error!;

        var left = await MembersAsync(excluded.Value, [], cancellation);
        if (left.Failed)
            return left.Error;
        var seen = await MembersAsync(included.Value, [.. left.Value.Parties.Select(party => party.Address).OfType<string>()], cancellation);
        if (seen.Failed)
            return seen.Error;

        var sample = seen.Value.Parties.FirstOrDefault(party => party.Address is not null);
        var mails = await launch.RenderAsync(campaign, sample, cancellation);
        if (mails.Failed)
            return mails.Error;

        var exact = left.Value.Whole && seen.Value.Whole;
        var size = exact ? seen.Value.Parties.Count : await CountAsync(included.Value, cancellation);
        var skipped = await SkippedAsync(campaign, seen.Value.Parties, cancellation);
        return new Preview(
            size, !exact, seen.Value.Parties.Count, skipped, sample?.Reference,
            [.. campaign.Messages.Zip(mails.Value, (message, mail) => new PreviewMessage(message.Id, mail.Subject, mail.Html, mail.Text))]);
    }

    private async Task<Result<IReadOnlyList<Segment>>> SegmentsAsync(IReadOnlyList<string> ids, string field, CancellationToken cancellation)
    {
        var segments = new List<Segment>();
        foreach (var (id, index) in ids.Select((id, index) => (id, index)))
        {
            var read = await entities.ReadAsync(catalog.Of<Segment>().Collection, id, session: null, cancellation);
            if (read.Failed)
                return new Invalid([new FieldError($"#/{field}/{index}", "unknown-reference", "there is no such record in segments")]);

            segments.Add((Segment)read.Value.Type.Deserialize(read.Value.Data));
        }

        return segments;
    }

    /// <summary>The first members of segments, each once, and whether those are all.</summary>
    private async Task<Result<(List<Party> Parties, bool Whole)>> MembersAsync(IReadOnlyList<Segment> segments, HashSet<string> excluded, CancellationToken cancellation)
    {
        var parties = new Dictionary<RecordLink, Party>();
        foreach (var segment in segments)
        {
            for (string? from = null; ;)
            {
                var page = await audience.PageAsync(call.Caller, segment.Entity, segment.Filter, segment.MemberIds, time.GetUtcNow(), from, cancellation);
                if (page.Failed)
                    return page.Error;

                foreach (var party in page.Value.Parties.Where(party => party.Address is null || !excluded.Contains(party.Address)))
                    parties.TryAdd(party.Reference, party);
                if (parties.Count >= MostLookedAt)
                    return (parties.Values.Take(MostLookedAt).ToList(), parties.Count == MostLookedAt && page.Value.Next is null && segment == segments[^1]);
                if ((from = page.Value.Next) is null)
                    break;
            }
        }

        return (parties.Values.ToList(), true);
    }

    private async Task<int> CountAsync(IReadOnlyList<Segment> segments, CancellationToken cancellation)
    {
        var size = 0;
        foreach (var segment in segments)
        {
            if (segment.Filter is null)
                size += segment.MemberIds.Count;
            else if (await scan.CountAsync(audience.TypeOf(segment.Entity), call.Caller, segment.Filter, time.GetUtcNow(), cancellation) is { Failed: false } counted)
                size += counted.Value.Value;
        }

        return size;
    }

    private async Task<IReadOnlyDictionary<SkipReason, int>> SkippedAsync(Campaign campaign, IReadOnlyList<Party> parties, CancellationToken cancellation)
    {
        var first = parties.Where(party => party.Address is not null).DistinctBy(party => party.Address).ToHashSet();
        var reasons = new ConcurrentBag<SkipReason>(
            parties.Where(party => !first.Contains(party)).Select(party => party.Skip ?? SkipReason.DuplicateAddress));
        await Parallel.ForEachAsync(first, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (party, token) =>
        {
            if (await checks.RefusedAsync(call.Caller.TenantId, party.Reference, party.Address!, campaign.RequiredConsent, token) is { } reason)
                reasons.Add(reason);
        });
        return reasons.CountBy(reason => reason).ToDictionary();
    }
}
