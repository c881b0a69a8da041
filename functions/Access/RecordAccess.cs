using System.Text.Json;
using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;

namespace Crm.Access;

/// <summary>Who can do what with a record.</summary>
/// <param name="Mine">The caller's own rights.</param>
/// <param name="Value">Everybody's, for who may read all users.</param>
/// <param name="IsComplete">False where there are more users than are named.</param>
public sealed record AccessReport(IReadOnlyList<GrantedRight> Mine, IReadOnlyList<UserRights>? Value = null, bool? IsComplete = null);

/// <summary>A right, and the role that gives it.</summary>
public sealed record GrantedRight(Right Right, GrantScope Scope, GrantingRole Role);

/// <summary>A role that gives a right.</summary>
public sealed record GrantingRole(string Id, string Name);

/// <summary>What a user can do with a record.</summary>
public sealed record UserRights(string UserId, string Name, IReadOnlyList<GrantedRight> Rights);

/// <summary>Who can do what with a record, and which role says so.</summary>
public sealed class RecordAccess(EntityCatalog catalog, EntityService entities, RecordStore records, AccessReader access, CallContext call)
{
    private const int MaxUsers = 500;

    private static readonly Right[] Rights = [Right.Read, Right.Update, Right.Delete, Right.Export];

    /// <summary>The caller's own rights, and those of everybody else where the caller may read all users.</summary>
    public async Task<Result<AccessReport>> ReadAsync(string collection, string id, CancellationToken cancellation)
    {
        var read = await entities.ReadAsync(collection, id, session: null, cancellation);
        if (read.Failed)
            return read.Error;

        var caller = call.Caller;
        var mine = new AccessReport(Granted(caller.Permissions, collection, read.Value.Data));
        if (caller.Permissions.Scope(Right.Read, "users") != GrantScope.All || await access.TenantAsync(caller.TenantId) is not { } tenant)
            return mine;

        var type = catalog.Of<User>();
        var users = await records.AllAsync(caller.TenantId, type.Collection, data => (User)type.Deserialize(data), cancellation);
        var active = users.Where(user => user.Status == UserStatus.Active).OrderBy(user => user.Name, StringComparer.Ordinal).ToList();
        var value = new List<UserRights>();
        foreach (var user in active.Take(MaxUsers))
        {
            var permissions = await access.PermissionsAsync(tenant, caller.TenantId, user.RoleIds, user.Id, null, cancellation);
            var granted = Granted(permissions, collection, read.Value.Data);
            if (granted.Count > 0)
                value.Add(new UserRights(user.Id, user.Name, granted));
        }

        return mine with { Value = value, IsComplete = active.Count <= MaxUsers };
    }

    /// <summary>What may not be read can have nothing else done to it.</summary>
    private static List<GrantedRight> Granted(Permissions permissions, string collection, JsonElement record) => permissions.Allows(Right.Read, collection, record)
        ? [.. Rights.Where(right => permissions.Allows(right, collection, record)).Select(right => Granted(permissions, collection, right))]
        : [];

    private static GrantedRight Granted(Permissions permissions, string collection, Right right)
    {
        var role = permissions.GrantedBy(right, collection)!;
        return new GrantedRight(right, permissions.Scope(right, collection), new GrantingRole(role.Id, role.Name));
    }
}
