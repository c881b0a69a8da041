using Crm.Platform.Cosmos;

namespace Crm.Campaigns.Sending;

/// <summary>From when on the next mails of a campaign may go out.</summary>
/// <param name="Free">Everything before is given away.</param>
public sealed record ThrottleDocument(DateTimeOffset Free) : KeyDocument
{
    public const string ThrottleScope = "campaign-throttle";

    public override string Scope => ThrottleScope;
}

/// <summary>
/// Holds a campaign to so many mails a minute, whichever instances send them: each part of it is given a place in time of its own, one after the other, and waits
/// for it with a scheduled message. Nobody asks twice.
/// </summary>
public sealed class SendThrottle(KeyDocuments documents, TimeProvider time)
{
    /// <summary>So many times of others being faster are no coincidence any more.</summary>
    private const int Rounds = 50;

    private const int ADay = 24 * 60 * 60;

    /// <summary>Gives a part of a campaign a place: so many mails, from then on. A place that is not used is lost.</summary>
    /// <param name="wanted">At most so many; a second's share is given at once, so that the parts take turns.</param>
    /// <exception cref="InvalidOperationException">Others were faster again and again: the message has to come again.</exception>
    public async Task<(int Permits, DateTimeOffset At)> TakeAsync(string tenantId, string campaignId, int wanted, int perMinute, CancellationToken cancellation)
    {
        var permits = Math.Clamp(perMinute / 60, 1, wanted);
        var taken = TimeSpan.FromMinutes((double)permits / perMinute);
        for (var round = 0; round < Rounds; round++)
        {
            var now = time.GetUtcNow();
            var found = await documents.FindAsync<ThrottleDocument>(tenantId, ThrottleDocument.ThrottleScope, campaignId, cancellation);
            var at = found is { } present && present.Document.Free > now ? present.Document.Free : now;
            var next = new ThrottleDocument(at + taken) { Id = campaignId, TenantId = tenantId, Ttl = ADay };
            if (found is { } read ? await documents.ReplaceAsync(next, read.Tag, cancellation) : await documents.CreateAsync(next, cancellation))
                return (permits, at);
        }

        throw new InvalidOperationException($"The throttle of the campaign {campaignId} is being taken over and over.");
    }
}
