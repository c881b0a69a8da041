using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;

namespace Crm.Access;

/// <summary>Who can do what with a record, and which role says so.</summary>
public sealed class RecordAccess(EntityCatalog catalog, EntityService entities, RecordStore records, AccessReader access, CallContext call)
{
    private const int MaxUsers = 500;

    private static readonly Right[] Rights = [Right.Read, Right.Update, Right.Delete, Right.Export];

    /// <summary>The caller's own rights, and those of everybody else where the caller may read all users.</summary>
    public async Task<Result<JsonObject>> ReadAsync(string collection, string id, CancellationToken cancellation)
    {
        var read = await entities.ReadAsync(collection, id, session: null, cancellation);
        if (read.Failed)
            return read.Error;

        var caller = call.Caller;
        var answer = new JsonObject { ["mine"] = Granted(caller.Permissions, collection, read.Value.Data) };
        if (caller.Permissions.Scope(Right.Read, "users") != GrantScope.All || await access.TenantAsync(caller.TenantId) is not { } tenant)
            return answer;

        var type = catalog.Of<User>();
        var users = await records.AllAsync(caller.TenantId, type.Collection, data => (User)type.Deserialize(data), cancellation);
        var active = users.Where(user => user.Status == UserStatus.Active).OrderBy(user => user.Name, StringComparer.Ordinal).ToList();
        var value = new JsonArray();
        foreach (var user in active.Take(MaxUsers))
        {
            var permissions = await access.PermissionsAsync(tenant, caller.TenantId, user.RoleIds, user.Id, null, cancellation);
            var granted = Granted(permissions, collection, read.Value.Data);
            if (granted.Count > 0)
                value.Add(new JsonObject { ["userId"] = user.Id, ["name"] = user.Name, ["rights"] = granted });
        }

        answer["value"] = value;
        answer["isComplete"] = active.Count <= MaxUsers;
        return answer;
    }

    /// <summary>What may not be read can have nothing else done to it.</summary>
    private static JsonArray Granted(Permissions permissions, string collection, JsonElement record) => permissions.Allows(Right.Read, collection, record)
        ? new JsonArray([.. Rights.Where(right => permissions.Allows(right, collection, record)).Select(right => Granted(permissions, collection, right))])
        : [];

    private static JsonObject Granted(Permissions permissions, string collection, Right right)
    {
        var role = permissions.GrantedBy(right, collection)!;
        return new JsonObject
        {
            ["right"] = Named(right.ToString()),
            ["scope"] = Named(permissions.Scope(right, collection).ToString()),
            ["role"] = new JsonObject { ["id"] = role.Id, ["name"] = role.Name },
        };
    }

    private static string Named(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);
}
