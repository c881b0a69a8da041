using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;

namespace Crm.Campaigns.Consents;

/// <summary>How it stands with a consent that was asked for.</summary>
public enum ConfirmationState
{
    /// <summary>To be confirmed.</summary>
    Open,

    Confirmed,

    /// <summary>Too old, or something else was said since.</summary>
    Expired,
}

/// <summary>Makes of a consent that somebody entered one that its owner has given, from the address itself (double opt-in).</summary>
public sealed class ConfirmConsent(EntityCatalog catalog, RecordStore records, ConsentLog consents, TimeProvider time)
{
    /// <summary>How long somebody may take.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    /// <summary>The consent as it is now; null where there is none.</summary>
    public async Task<(ConfirmationState State, Consent Consent)?> FindAsync(ConfirmationLink link, CancellationToken cancellation)
    {
        var type = catalog.Of<Consent>();
        if (await records.ReadLatestAsync(new RecordKey(link.TenantId, type.Collection, link.ConsentId), cancellation) is not { IsTombstone: false } stored)
            return null;

        var consent = (Consent)type.Deserialize(stored.Data);
        var newest = await consents.NewestAsync(link.TenantId, consent.PartyRef, consent.Purpose, cancellation);
        var state = newest?.Id == Answer(consent, new ConsentEvidence()).Id ? ConfirmationState.Confirmed
            : newest?.Id == consent.Id && consent is { State: ConsentState.Pending, Channel: ConsentChannel.Email } && time.GetUtcNow() - consent.CreatedAt < Lifetime ? ConfirmationState.Open
            : ConfirmationState.Expired;
        return (state, consent);
    }

    /// <summary>Confirms it, and says how it stands then; done again, it changes nothing.</summary>
    public async Task<Result<(ConfirmationState State, Consent Consent)?>> RunAsync(ConfirmationLink link, string? ip, CancellationToken cancellation)
    {
        var found = await FindAsync(link, cancellation);
        if (found is not { State: ConfirmationState.Open, Consent: var consent })
            return found;

        var answer = Answer(consent, new ConsentEvidence { Ip = ip, FormId = $"consents/{consent.Id}", At = time.GetUtcNow() });
        return await consents.AddAsync(link.TenantId, "confirm-consent", answer, cancellation) is { } error ? error : await FindAsync(link, cancellation);
    }

    private static ConsentAnswer Answer(Consent consent, ConsentEvidence evidence) =>
        new(consent.PartyRef, consent.Purpose, consent, ConsentState.Granted, "confirmation link", evidence);
}
