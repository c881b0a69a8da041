using Crm.Campaigns.Consents;
using Crm.Campaigns.Sending;
using Crm.Entities.Types;
using Crm.Platform;

namespace Crm.Campaigns.Tracking;

/// <summary>
/// Takes somebody at their word that they want no more of what they were sent. The consent is withdrawn first, since it is what every later sending asks for;
/// cut short behind it, the recipient is only not counted, until the link is used once more.
/// </summary>
public sealed class Unsubscribe(Recipients recipients, ConsentLog consents, TimeProvider time)
{
    public async Task<Error?> RunAsync(UnsubscribeLink link, string? ip, CancellationToken cancellation)
    {
        if (await recipients.FindAsync(link.Recipient, cancellation) is not { Recipient: var recipient })
            return new NotFound("There is no such recipient.");

        var (tenantId, now) = (link.Recipient.TenantId, time.GetUtcNow());
        var last = await consents.NewestAsync(tenantId, recipient.PartyRef, link.Purpose, cancellation);
        if (last?.State != ConsentState.Withdrawn)
        {
            var evidence = new ConsentEvidence { Ip = ip, FormId = $"campaigns/{link.Recipient.CampaignId}", At = now };
            var answer = new ConsentAnswer(recipient.PartyRef, link.Purpose, last, ConsentState.Withdrawn, "unsubscribe link", evidence);
            if (await consents.AddAsync(tenantId, "unsubscribe", answer, cancellation) is { } error)
                return error;
        }

        await recipients.MarkAsync(link.Recipient, RecipientMark.Unsubscribed, now, cancellation);
        return null;
    }
}
