using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Entities.Changes;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Entities.Writing;
using Crm.Tenants;

namespace Crm.Access;

/// <summary>What the writing of users, roles, teams, keys and tenants has to do with access.</summary>
public sealed class AccessSteps(AccessVersions versions, Logins logins, ApiKeys keys) : IWriteStep
{
    /// <summary>Notes of use: they decide nothing.</summary>
    private static readonly HashSet<string> Notes = ["/lastLoginAt", "/lastUsedAt"];

    private ApiKeyDocument? _made;

    public bool Concerns(EntityType type) =>
        type.Record == typeof(User) || type.Record == typeof(Role) || type.Record == typeof(Team) || type.Record == typeof(ApiKey) || type.Record == typeof(Tenant);

    public void Fill(EntityType type, RecordKey key, JsonObject created, WriteContext context)
    {
        if (type.Record != typeof(ApiKey))
            return;

        var made = keys.New(key.TenantId, key.Id);
        _made = made.Document;
        created["prefix"] = made.Prefix;
        context.ShowOnce("secret", made.Text);
    }

    public async Task PrepareAsync(EntityType type, RecordKey key, JsonObject? before, JsonObject? after, CancellationToken cancellation)
    {
        if (before is not null && after is not null && Diff.Between(type, before, after).All(change => Notes.Contains(change.Path)))
            return;

        await versions.AnnounceAsync(key.TenantId, cancellation);
        if (type.Record == typeof(User) && after is not null)
            await logins.AddAsync(key.TenantId, Logins.Of(after).Except(Logins.Of(before)), cancellation);
        if (before is null && _made is not null)
            await keys.SaveAsync(_made, cancellation);
    }

    public void Committed(RecordKey key) => versions.Forget(key.TenantId);
}
