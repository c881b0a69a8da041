using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform.Auth;
using Crm.Tenants;

namespace Crm.Access;

/// <summary>
/// What users and keys of a tenant may do. Once known, it costs nothing for five seconds, and then one point read for everybody in the tenant as long as
/// nothing has changed.
/// </summary>
public sealed class AccessReader(AccessCache cache, AccessVersions versions, Credentials credentials, RecordStore records, EntityCatalog catalog, TimeProvider time)
{
    private static readonly IReadOnlySet<string> None = new HashSet<string>();

    /// <summary>Null where there is no such tenant.</summary>
    public ValueTask<TenantAccess?> TenantAsync(string tenantId) => cache.GetAsync(tenantId, known => RenewAsync(tenantId, known));

    /// <summary>Null where there is no such user.</summary>
    public async ValueTask<UserAccess?> UserAsync(TenantAccess tenant, string tenantId, string userId, CancellationToken cancellation)
    {
        if (tenant.Users.TryGetValue(userId, out var known))
            return known;

        var credential = credentials.FindAsync(tenantId, userId, cancellation);
        var user = await FindAsync<User>(tenantId, userId, cancellation);
        var stamp = (await credential)?.Document.Stamp ?? Credentials.NoStamp;
        return tenant.Users.GetOrAdd(userId, user is null ? null : new UserAccess(user, stamp, await PermissionsAsync(tenant, tenantId, user.RoleIds, userId, null, cancellation)));
    }

    /// <summary>Null where there is no such key.</summary>
    public async ValueTask<KeyAccess?> KeyAsync(TenantAccess tenant, string tenantId, string keyId, CancellationToken cancellation)
    {
        if (tenant.Keys.TryGetValue(keyId, out var known))
            return known;

        var key = await FindAsync<ApiKey>(tenantId, keyId, cancellation);
        return tenant.Keys.GetOrAdd(keyId, key is null
            ? null
            : new KeyAccess(key, await PermissionsAsync(tenant, tenantId, [key.RoleId], key.OwnerId, key.Scopes.ToHashSet(), cancellation)));
    }

    private async Task<TenantAccess?> RenewAsync(string tenantId, TenantAccess? known)
    {
        // Shared by all who wait for it: no one request's end may end it.
        if (await versions.FindAsync(tenantId, CancellationToken.None) is not { } version)
            return null;

        var now = time.GetUtcNow();
        if (known?.Holds(version) == true)
        {
            known.Checked(now);
            return known;
        }

        return await FindAsync<Tenant>(tenantId, tenantId, CancellationToken.None) is { } tenant ? new TenantAccess(version, tenant.Status, now) : null;
    }

    /// <summary>What somebody with these roles may do.</summary>
    public async Task<Permissions> PermissionsAsync(
        TenantAccess tenant, string tenantId, IReadOnlyList<string> roleIds, string? userId, IReadOnlySet<string>? scopes, CancellationToken cancellation)
    {
        var roles = await RolesAsync(tenant, tenantId, roleIds, cancellation);
        var byTeam = userId is not null && roles.Any(role => role.Collections.Values.Any(OfTeams));
        var (teams, tree) = byTeam ? TenantAccess.TeamsOf(userId!, tenant.Teams ??= await TeamsAsync(tenantId, cancellation)) : (None, None);
        return new Permissions(roles, userId, teams, tree, scopes);

        static bool OfTeams(CollectionGrant grant) => Enum.GetValues<Right>().Any(right => grant.Of(right) is GrantScope.Team or GrantScope.TeamTree);
    }

    private async Task<IReadOnlyList<RoleGrants>> RolesAsync(TenantAccess tenant, string tenantId, IReadOnlyList<string> ids, CancellationToken cancellation)
    {
        var roles = catalog.Of<Role>();
        var missing = ids.Where(id => !tenant.Roles.ContainsKey(id)).Select(id => new RecordRef(roles.Collection, id)).ToHashSet();
        foreach (var (reference, data) in await records.ReadManyAsync(tenantId, missing, cancellation))
            tenant.Roles.TryAdd(reference.Id, ((Role)roles.Deserialize(data)).ToGrants());

        return [.. ids.Select(id => tenant.Roles.GetValueOrDefault(id)).OfType<RoleGrants>()];
    }

    private async Task<IReadOnlyList<TeamPlace>> TeamsAsync(string tenantId, CancellationToken cancellation)
    {
        var type = catalog.Of<Team>();
        var all = await records.AllAsync(tenantId, type.Collection, data => (Team)type.Deserialize(data), cancellation);
        return [.. all.Where(team => team.IsActive).Select(Place)];

        static TeamPlace Place(Team team) =>
            new(team.Id, team.ParentTeamId, team.Members.Select(member => member.UserId).Concat(team.LeaderId is null ? [] : [team.LeaderId]).ToHashSet());
    }

    private async Task<T?> FindAsync<T>(string tenantId, string id, CancellationToken cancellation) where T : Entity
    {
        var type = catalog.Of<T>();
        return await records.ReadLatestAsync(new RecordKey(tenantId, type.Collection, id), cancellation) is { IsTombstone: false } record ? (T)type.Deserialize(record.Data) : null;
    }
}
