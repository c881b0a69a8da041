using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Mail;

namespace Crm.Campaigns.Sending;

/// <summary>
/// Everything a sending needs, looked at before it begins and in the name of whoever launches: mail is set up, segments can be read, and every message can be
/// rendered for somebody in the audience. What would fail at every recipient fails here.
/// </summary>
public sealed class LaunchChecks(EntityCatalog catalog, EntityService entities, CampaignMessages messages, MergeValues merging, Audience audience, IMailTransport transport, CallContext call, TimeProvider time)
{
    /// <summary>Nobody has it: what a message is rendered for where the audience is empty, or has no addresses on its first page.</summary>
    private const string Nobody = "nobody@example.com";

    /// <summary>Why the campaign cannot be launched, with everything that is wrong with it; null where it can.</summary>
    public async Task<Error?> RefusedAsync(Campaign campaign, CancellationToken cancellation)
    {
        if (transport.Missing is { } missing)
            return new WrongState(missing);

        var errors = new List<FieldError>();
        if (campaign.CampaignType == CampaignType.Sms)
            errors.Add(new FieldError("#/campaignType", "not-sendable", "messages are sent by e-mail only"));

        Party? sample = null;
        foreach (var (segmentId, pointer) in Segments(campaign))
        {
            var found = await SampleAsync(segmentId, pointer, errors, cancellation);
            if (!pointer.StartsWith("#/exclude", StringComparison.Ordinal))
                sample ??= found;
        }

        var rendered = await RenderAsync(campaign, sample, cancellation);
        if (rendered.Error is Invalid wrong)
            errors.AddRange(wrong.Errors);
        return errors.Count > 0 ? new Invalid(errors) : rendered.Error;
    }

    /// <summary>The mails as somebody of the audience would get them.</summary>
    /// <param name="sample">Null renders them with nobody's fields.</param>
    public async Task<Result<IReadOnlyList<OutgoingMail>>> RenderAsync(Campaign campaign, Party? sample, CancellationToken cancellation)
    {
        var contents = await messages.ReadAsync(campaign, cancellation);
        if (contents.Failed)
            return contents.Error;

        var values = sample is null ? null : await merging.OfAsync(campaign, call.Caller.TenantId, call.Caller.Permissions, sample.Reference, cancellation);
        return await messages.RenderAsync(contents.Value, sample?.Address ?? Nobody, values ?? MergeValues.Of(campaign));
    }

    private static IEnumerable<(string Id, string Pointer)> Segments(Campaign campaign) =>
        campaign.SegmentIds.Select((id, index) => (id, $"#/segmentIds/{index}")).Concat(campaign.ExcludeSegmentIds.Select((id, index) => (id, $"#/excludeSegmentIds/{index}")));

    /// <summary>Somebody in a segment who has an address, or null.</summary>
    private async Task<Party?> SampleAsync(string segmentId, string pointer, List<FieldError> errors, CancellationToken cancellation)
    {
        var read = await entities.ReadAsync(catalog.Of<Segment>().Collection, segmentId, session: null, cancellation);
        if (read.Failed)
        {
            errors.Add(new FieldError(pointer, "unknown-reference", "there is no such record in segments"));
            return null;
        }

        var segment = (Segment)read.Value.Type.Deserialize(read.Value.Data);
        var page = await audience.PageAsync(call.Caller, segment.Entity, segment.Filter, segment.MemberIds, time.GetUtcNow(), from: null, cancellation);
        if (page.Failed)
            errors.Add(new FieldError(pointer, "invalid-filter", $"the filter of {segment.Name} cannot be applied: {page.Error.Detail}"));
        return page.Failed ? null : page.Value.Parties.FirstOrDefault(party => party.Address is not null);
    }
}
