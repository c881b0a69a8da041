namespace Crm.Platform.Auth;

/// <summary>Who is asking, for which tenant, and what they may do. The tenant is part of every partition key.</summary>
public sealed record Caller(string TenantId, Actor Actor, Permissions Permissions)
{
    /// <summary>The user who asks, or for whom a key asks: the owner of what is created.</summary>
    public string? UserId => Permissions.UserId;

    /// <summary>The app itself, at work for a tenant.</summary>
    /// <param name="id">Which part of it, as history names it.</param>
    public static Caller System(string tenantId, string id, string name) => new(tenantId, new Actor { Kind = ActorKind.System, Id = id, Name = name }, Permissions.Everything);
}
