using System.Text.Json;
using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform.Json;

namespace Crm.Campaigns.Sending;

/// <summary>
/// Whether something may be sent to an address at this moment: each question sees the latest write of any instance. What somebody said to being
/// written to counts for the address, whichever of the records with that address it is kept with.
/// </summary>
public sealed class SendChecks(EntityCatalog catalog, RecordStore records, Suppressions suppressions)
{
    /// <summary>More records than this do not have the same address; the rest of them is not asked.</summary>
    private const int MostParties = 100;

    private static readonly (string Collection, string Where)[] AtAddress =
    [
        ("contacts", "EXISTS(SELECT VALUE e FROM e IN c.data.emails WHERE e.address = @address)"),
        ("leads", "c.data.email = @address"),
        ("accounts", "c.data.email = @address"),
    ];

    private static readonly (string Collection, string Where)[] CustomersOf =
    [
        ("contacts", "ARRAY_CONTAINS(@ids, c.data.contactId)"),
        ("accounts", "ARRAY_CONTAINS(@ids, c.data.accountId)"),
    ];

    /// <param name="purpose">What they must have agreed to; null where no consent is needed.</param>
    /// <returns>Why nothing may be sent, or null.</returns>
    public async Task<SkipReason?> RefusedAsync(string tenantId, RecordLink party, string address, string? purpose, CancellationToken cancellation)
    {
        var suppressed = suppressions.HasAsync(address, cancellation);
        var consent = purpose is null ? Task.FromResult<SkipReason?>(null) : WithoutConsentAsync(tenantId, party, address, purpose, cancellation);
        await Task.WhenAll(suppressed, consent);
        return await suppressed ? SkipReason.Suppressed : await consent;
    }

    private async Task<SkipReason?> WithoutConsentAsync(string tenantId, RecordLink party, string address, string purpose, CancellationToken cancellation)
    {
        var parties = await SharingAsync(tenantId, party, address, cancellation);
        var ids = parties.Select(each => each.Id).Distinct().ToArray();
        var said = await records.QueryAsync(
            tenantId, catalog.Of<Consent>().Collection, "c.data.partyRef, c.data.state, c.data.createdAt",
            "c.data.channel = 'email' AND c.data.purpose = @purpose AND ARRAY_CONTAINS(@ids, c.data.partyRef.id)",
            [("@purpose", purpose), ("@ids", ids)], latest: true, cancellation);

        // Of each party the newest counts; of two at the same time, the one that says no.
        var newest = said
            .Select(row => (
                Party: row.GetProperty("partyRef").Deserialize<RecordLink>(CrmJson.Options)!,
                State: row.GetProperty("state").Deserialize<ConsentState>(CrmJson.Options),
                At: row.GetProperty("createdAt").GetDateTimeOffset()))
            .Where(consent => parties.Contains(consent.Party))
            .GroupBy(consent => consent.Party)
            .Select(consents => consents.OrderByDescending(consent => consent.At).ThenByDescending(consent => consent.State == ConsentState.Withdrawn).First().State)
            .ToList();
        return newest.Contains(ConsentState.Withdrawn) ? SkipReason.Unsubscribed
            : newest.Contains(ConsentState.Granted) ? null
            : SkipReason.NoConsent;
    }

    /// <summary>The party, and whoever else has the address: contacts, leads and accounts, and the customers that those are.</summary>
    private async Task<HashSet<RecordLink>> SharingAsync(string tenantId, RecordLink party, string address, CancellationToken cancellation)
    {
        var found = await Task.WhenAll(AtAddress.Select(place => FindAsync(place.Collection, place.Where, [("@address", address), ("@most", MostParties)])));
        var parties = found.SelectMany(each => each).Append(party).ToHashSet();
        var customers = await Task.WhenAll(CustomersOf.Select(of =>
            parties.Where(each => each.Type == of.Collection).Select(each => each.Id).ToArray() is { Length: > 0 } ids
                ? FindAsync(catalog.Of<Customer>().Collection, of.Where, [("@ids", ids), ("@most", MostParties)])
                : Task.FromResult<IEnumerable<RecordLink>>([])));
        parties.UnionWith(customers.SelectMany(each => each));
        return parties;

        async Task<IEnumerable<RecordLink>> FindAsync(string collection, string where, IEnumerable<(string, object)> parameters)
        {
            var rows = await records.QueryAsync(tenantId, collection, "TOP @most VALUE c.recordId", where, parameters, latest: true, cancellation);
            return rows.Select(row => new RecordLink { Type = collection, Id = row.GetString()! });
        }
    }
}
