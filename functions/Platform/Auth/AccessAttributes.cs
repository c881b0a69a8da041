namespace Crm.Platform.Auth;

/// <summary>Who may call an HTTP function. Each declares exactly one; the door refuses what declares none, and the app does not start with it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public abstract class AccessAttribute : Attribute;

/// <summary>Anybody: what the function needs to know is in the request itself.</summary>
public sealed class PublicAttribute : AccessAttribute
{
    /// <summary>The function counts its calls itself (<c>Limits__…</c>), by something better than the address they come from.</summary>
    public bool CountsItself { get; init; }
}

/// <summary>The operator of the deployment, with the key in the setting <c>Platform__AdminKey</c>.</summary>
public sealed class PlatformAttribute : AccessAttribute;

/// <summary>Whoever is signed in to a tenant, user or key.</summary>
public sealed class SignedInAttribute : AccessAttribute;

/// <summary>A user, not a key: it is about the user's own account.</summary>
public sealed class UserOnlyAttribute : AccessAttribute;

/// <summary>Whoever has a special right.</summary>
public sealed class SpecialAttribute(SpecialGrant right) : AccessAttribute
{
    public SpecialGrant Right { get; } = right;
}

/// <summary>
/// Whoever has a right on a collection, whatever its scope: the one in the route, or the one named here. Which records it covers is decided where
/// they are read.
/// </summary>
public sealed class RecordsAttribute(Right right) : AccessAttribute
{
    public Right Right { get; } = right;

    /// <summary>Where the route names no collection.</summary>
    public string? Collection { get; init; }

    /// <summary>It takes <see cref="SpecialGrant.ViewHistory"/> beside.</summary>
    public bool ViewsHistory { get; init; }
}
