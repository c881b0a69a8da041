namespace Crm.Platform.Auth;

/// <summary>Who is asking, and for which tenant. The tenant is part of every partition key.</summary>
public sealed record Caller(string TenantId, Actor Actor)
{
    /// <summary>The user's id, where a user asks: the owner of what is created.</summary>
    public string? UserId => Actor.Kind == ActorKind.User ? Actor.Id : null;
}
