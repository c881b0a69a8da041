using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Entities.Schema;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Cosmos;

namespace Crm.Access;

/// <summary>The tenants in which somebody may sign in under a name.</summary>
/// <param name="Tenants">The newest last.</param>
public sealed record LoginDocument(IReadOnlyList<string> Tenants) : KeyDocument
{
    public const string ScopeName = "login";

    public override string Scope => ScopeName;
}

/// <summary>A user and their tenant.</summary>
public sealed record SignedUp(string TenantId, User User);

/// <summary>
/// Finds users by what they sign in with. Inside a tenant, the reservations of unique values lead to them; which tenants to look into is a hint, written
/// before the user is: it may name too many, since every one is looked at, but never too few.
/// </summary>
public sealed class Logins(KeyDocuments documents, UniqueValues uniques, RecordStore records, EntityCatalog catalog)
{
    /// <summary>Who is in more tenants has to name theirs.</summary>
    private const int MaxTenants = 20;

    private const int Attempts = 20;

    /// <summary>Folded texts under which a user signs in: e-mail and user name.</summary>
    public static IEnumerable<string> Of(JsonObject? user) =>
        user is null ? [] : new[] { (string?)user["email"], (string?)user["userName"] }.OfType<string>().Select(TextForms.Folded).Distinct();

    /// <summary>Says that a tenant is about to have users of these names.</summary>
    public async Task AddAsync(string tenantId, IEnumerable<string> logins, CancellationToken cancellation)
    {
        foreach (var login in logins)
            await AddAsync(tenantId, login, cancellation);
    }

    /// <summary>The one user of this name: of the tenant, or, where none is named, of all. Null where there is none, or more than one.</summary>
    /// <remarks>As many reads either way, so that the time it takes tells nothing.</remarks>
    public async Task<SignedUp?> FindAsync(string login, string? tenantId, CancellationToken cancellation)
    {
        var folded = TextForms.Folded(login);
        var hint = await documents.FindAsync<LoginDocument>(KeyDocuments.NoTenant, LoginDocument.ScopeName, Ids.Digest(folded), cancellation);
        IReadOnlyList<string> tenants = tenantId is null ? hint?.Document.Tenants ?? [KeyDocuments.NoTenant] : [tenantId.Length > 0 && Secret.IsPlain(tenantId) ? tenantId : KeyDocuments.NoTenant];
        var found = await Task.WhenAll(tenants.Select(tenant => FindInAsync(tenant, folded, cancellation)));
        return found.OfType<SignedUp>().ToList() is [var only] ? only : null;
    }

    private async Task<SignedUp?> FindInAsync(string tenantId, string folded, CancellationToken cancellation)
    {
        var type = catalog.Of<User>();
        var holders = await Task.WhenAll(
            uniques.HolderAsync(tenantId, type, "email", folded, cancellation),
            uniques.HolderAsync(tenantId, type, "userName", folded, cancellation));
        var record = await records.ReadLatestAsync(new RecordKey(tenantId, type.Collection, holders[0] ?? holders[1] ?? "nobody"), cancellation);
        if (record is not { IsTombstone: false })
            return null;

        // The reservation of a user who has another name by now does not lead to them.
        var user = (User)type.Deserialize(record.Data);
        return TextForms.Folded(user.Email) == folded || (user.UserName is not null && TextForms.Folded(user.UserName) == folded) ? new SignedUp(tenantId, user) : null;
    }

    private async Task AddAsync(string tenantId, string login, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var found = await documents.FindAsync<LoginDocument>(KeyDocuments.NoTenant, LoginDocument.ScopeName, Ids.Digest(login), cancellation);
            if (found is not var (present, tag))
            {
                if (await documents.CreateAsync(new LoginDocument([tenantId]) { Id = Ids.Digest(login), TenantId = KeyDocuments.NoTenant }, cancellation))
                    return;
            }
            else if (present.Tenants.Contains(tenantId) || await documents.ReplaceAsync(present with { Tenants = [.. present.Tenants.TakeLast(MaxTenants - 1), tenantId] }, tag, cancellation))
            {
                return;
            }
        }

        throw new InvalidOperationException("Too many tenants add users of one name at once.");
    }
}
