using Crm.Entities.Schema;

namespace Crm.Entities.Types;

public enum MemberResponse
{
    Invited,
    Registered,
    Attended,
    NoShow,
    Declined,
    Responded,
}

/// <summary>Somebody who takes part in a campaign, and how they answered. Each takes part once.</summary>
[UniqueTogether("campaignId", "partyRef")]
public sealed record CampaignMember : Entity
{
    /// <summary>For good, as is <see cref="PartyRef"/>: another one is another member.</summary>
    [Reference("campaigns", OnDelete = OnDelete.Cascade)] public required string CampaignId { get; init; }

    [Reference("accounts", "contacts", "customers", "leads", OnDelete = OnDelete.Cascade)] public required RecordLink PartyRef { get; init; }

    [Sortable] public MemberResponse Response { get; init; } = MemberResponse.Invited;

    protected internal override Entity Complete(WriteContext context)
    {
        if (context.Before is CampaignMember before)
        {
            if (before.CampaignId != CampaignId)
                context.Refuse("#/campaignId", "immutable", "stays what it is; create a member of the other campaign");
            if (before.PartyRef != PartyRef)
                context.Refuse("#/partyRef", "immutable", "stays what it is; create another member");
        }

        return this;
    }
}
