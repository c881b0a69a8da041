using Crm.Platform.Cosmos;

namespace Crm.Campaigns.Consents;

/// <summary>Who is sending the one mail that asks for a confirmation, and whether it is done.</summary>
public sealed record ConfirmationClaim(DateTimeOffset ClaimedAt, bool IsDone = false) : KeyDocument
{
    public const string ScopeName = "consent-confirmation";

    public override string Scope => ScopeName;
}

/// <summary>Lets one at a time send a mail for a consent, and nobody once it was sent.</summary>
public sealed class ConfirmationClaims(KeyDocuments documents, TimeProvider time)
{
    /// <summary>After so long, whoever had a claim is taken for dead: longer than a mail server is waited for.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Seconds; longer than any message about it lives.</summary>
    private const int Kept = 30 * 24 * 60 * 60;

    /// <summary>A claim of the caller's own; one of somebody else's, where it is still good; or one that is done.</summary>
    public async Task<(ConfirmationClaim Claim, bool IsMine)> TakeAsync(string tenantId, string consentId, CancellationToken cancellation)
    {
        var mine = new ConfirmationClaim(time.GetUtcNow()) { Id = consentId, TenantId = tenantId, Ttl = Kept };
        if (await documents.FindAsync<ConfirmationClaim>(tenantId, ConfirmationClaim.ScopeName, consentId, cancellation) is not var (found, tag))
            return (mine, await documents.CreateAsync(mine, cancellation));
        if (found.IsDone || mine.ClaimedAt - found.ClaimedAt < Patience)
            return (found, false);

        return (mine, await documents.ReplaceAsync(mine, tag, cancellation));
    }

    public Task DoneAsync(ConfirmationClaim claim, CancellationToken cancellation) => documents.PutAsync(claim with { IsDone = true }, cancellation);

    /// <summary>It was not sent: whoever comes next may.</summary>
    public Task ReleaseAsync(ConfirmationClaim claim, CancellationToken cancellation) => documents.DeleteAsync(claim, tag: null, cancellation);
}
