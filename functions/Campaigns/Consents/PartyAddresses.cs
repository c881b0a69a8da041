using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;

namespace Crm.Campaigns.Consents;

/// <summary>Where somebody is reached.</summary>
/// <param name="Language">That they like best, where it is known.</param>
public sealed record PartyAddress(string Address, string? Language = null);

/// <summary>Finds the e-mail address of whoever a record is about; a customer has that of its contact or account.</summary>
public sealed class PartyAddresses(EntityCatalog catalog, RecordStore records)
{
    public async Task<PartyAddress?> FindAsync(string tenantId, RecordLink party, CancellationToken cancellation)
    {
        if (await records.ReadLatestAsync(new RecordKey(tenantId, party.Type, party.Id), cancellation) is not { IsTombstone: false } stored)
            return null;

        return catalog.Get(party.Type).Deserialize(stored.Data) switch
        {
            Contact { Emails: [var first, ..] } contact => new PartyAddress((contact.Emails.FirstOrDefault(email => email.IsPrimary) ?? first).Address, contact.PreferredLanguage),
            Lead { Email: { } address } => new PartyAddress(address),
            Account { Email: { } address } => new PartyAddress(address),
            Customer { ContactId: { } contact } => await FindAsync(tenantId, new RecordLink { Type = "contacts", Id = contact }, cancellation),
            Customer { AccountId: { } account } => await FindAsync(tenantId, new RecordLink { Type = "accounts", Id = account }, cancellation),
            _ => null,
        };
    }
}
