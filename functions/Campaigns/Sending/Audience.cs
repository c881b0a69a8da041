using System.Globalization;
using System.Text.Json;
using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Json;
using Crm.Query;

namespace Crm.Campaigns.Sending;

/// <summary>Somebody a campaign could be sent to.</summary>
/// <param name="Address">In its normal form; null where nothing can be sent, for the reason in <paramref name="Skip"/>.</param>
public sealed record Party(RecordLink Reference, string? Address, SkipReason? Skip);

/// <summary>One page of an audience.</summary>
/// <param name="Next">Where the walk goes on; null after the last page.</param>
public sealed record AudiencePage(IReadOnlyList<Party> Parties, string? Next);

/// <summary>Walks through the members of segments that a caller may read, and finds the address of each.</summary>
public sealed class Audience(EntityCatalog catalog, RecordStore records, RecordScan scan)
{
    /// <summary>Members on a page: at most as many as are held in memory at once.</summary>
    public const int PageSize = 200;

    /// <summary>What is read of a member.</summary>
    private static readonly Dictionary<SegmentEntity, string[]> Fields = new()
    {
        [SegmentEntity.Accounts] = ["id", "email"],
        [SegmentEntity.Contacts] = ["id", "emails"],
        [SegmentEntity.Customers] = ["id", "contactId", "accountId"],
        [SegmentEntity.Leads] = ["id", "email"],
    };

    /// <param name="until">Who was created later does not belong to it.</param>
    /// <returns>The page, or why the filter can no longer be applied.</returns>
    public async Task<Result<AudiencePage>> PageAsync(
        Caller reader, SegmentEntity entity, string? filter, IReadOnlyList<string> memberIds, DateTimeOffset until, string? from, CancellationToken cancellation)
    {
        var type = TypeOf(entity);
        var page = filter is null
            ? await ListedAsync(reader, type, memberIds, until, from, cancellation)
            : await scan.PageAsync(type, reader, filter, until, Fields[entity], PageSize, from, cancellation);
        if (page.Failed)
            return page.Error;

        var addressed = entity == SegmentEntity.Customers ? await BehindAsync(reader, page.Value.Records, cancellation) : page.Value.Records.Select(record => (type, (JsonElement?)record));
        var parties = page.Value.Records.Zip(addressed, (member, behind) => Of(reader, type, member, behind));
        return new AudiencePage([.. parties], page.Value.Next);
    }

    /// <summary>The collection that a segment is of.</summary>
    public EntityType TypeOf(SegmentEntity entity) => catalog.Get(JsonNamingPolicy.CamelCase.ConvertName(entity.ToString()));

    /// <summary>Some of the listed members; the text to go on from is how many were looked at.</summary>
    private async Task<Result<ScanPage>> ListedAsync(Caller reader, EntityType type, IReadOnlyList<string> memberIds, DateTimeOffset until, string? from, CancellationToken cancellation)
    {
        var start = from is null ? 0 : int.Parse(from, CultureInfo.InvariantCulture);
        var wanted = memberIds.Skip(start).Take(PageSize).Select(id => new RecordRef(type.Collection, id)).ToList();
        var found = await records.ReadManyAsync(reader.TenantId, wanted, cancellation);
        var members = wanted.Where(found.ContainsKey).Select(reference => found[reference])
            .Where(member => member.GetProperty("createdAt").GetDateTimeOffset() <= until && reader.Permissions.Allows(Right.Read, type.Collection, member));
        var next = start + wanted.Count;
        return new ScanPage([.. members], next < memberIds.Count ? FormattableString.Invariant($"{next}") : null);
    }

    /// <summary>The contact or account behind each customer, as far as the caller may read it.</summary>
    private async Task<IEnumerable<(EntityType Type, JsonElement? Record)>> BehindAsync(Caller reader, IReadOnlyList<JsonElement> customers, CancellationToken cancellation)
    {
        var (contacts, accounts) = (catalog.Of<Contact>(), catalog.Of<Account>());
        var wanted = customers.Select(customer => customer.TryGetProperty("contactId", out var contact)
            ? (Type: contacts, Id: contact.GetString()!)
            : (Type: accounts, Id: customer.TryGetProperty("accountId", out var account) ? account.GetString()! : "-")).ToList();
        var found = await records.ReadManyAsync(reader.TenantId, wanted.Select(each => new RecordRef(each.Type.Collection, each.Id)).ToHashSet(), cancellation);
        return wanted.Select(each => (each.Type, found.TryGetValue(new RecordRef(each.Type.Collection, each.Id), out var record) && reader.Permissions.Allows(Right.Read, each.Type.Collection, record)
            ? (JsonElement?)record
            : null));
    }

    private static Party Of(Caller reader, EntityType type, JsonElement member, (EntityType Type, JsonElement? Record) addressed)
    {
        var reference = new RecordLink { Type = type.Collection, Id = member.GetProperty("id").GetString()! };
        if (addressed.Record is not { } record || reader.Permissions.Hidden(addressed.Type.Collection).Overlaps(["email", "emails"]))
            return new Party(reference, null, SkipReason.MissingAddress);
        if (record.TryGetProperty("emails", out var emails))
            return Best(reference, emails.Deserialize<IReadOnlyList<ContactEmail>>(CrmJson.Options)!);

        return record.TryGetProperty("email", out var email) && email.GetString() is { Length: > 0 } address
            ? new Party(reference, address, null)
            : new Party(reference, null, SkipReason.MissingAddress);
    }

    /// <summary>The primary address, or the first; where mail to it came back, the next. Who opted out of the one is not written to at another.</summary>
    private static Party Best(RecordLink reference, IReadOnlyList<ContactEmail> emails)
    {
        var ordered = emails.OrderByDescending(email => email.IsPrimary).ToList();
        var first = ordered.Find(email => email.State is not (EmailState.Bounced or EmailState.Invalid));
        return first switch
        {
            null => new Party(reference, null, ordered.Count == 0 ? SkipReason.MissingAddress : SkipReason.InvalidAddress),
            { State: EmailState.OptedOut } => new Party(reference, null, SkipReason.Unsubscribed),
            _ => new Party(reference, first.Address, null),
        };
    }
}
