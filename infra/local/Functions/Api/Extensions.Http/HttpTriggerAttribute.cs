using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

public enum AuthorizationLevel
{
    Anonymous,
    User,
    Function,
    System,
    Admin,
}

public sealed class HttpTriggerAttribute : TriggerBindingAttribute
{
    public HttpTriggerAttribute() => AuthLevel = AuthorizationLevel.Function;

    public HttpTriggerAttribute(params string[] methods) => Methods = methods;

    public HttpTriggerAttribute(AuthorizationLevel authLevel) => AuthLevel = Enforced = authLevel;

    public HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods)
    {
        AuthLevel = Enforced = authLevel;
        Methods = methods;
    }

    /// <summary>Null or empty means the function's name.</summary>
    public string? Route { get; set; }

    /// <summary>Null or empty means every method, HEAD and OPTIONS too.</summary>
    public string[]? Methods { get; }

    public AuthorizationLevel AuthLevel { get; }

    /// <summary>
    /// The build writes the level into the function's metadata only where it is an argument, and the host takes Function for one that is missing:
    /// so <c>[HttpTrigger("get")]</c> asks for a key, though <see cref="AuthLevel"/> says Anonymous.
    /// </summary>
    internal AuthorizationLevel Enforced { get; } = AuthorizationLevel.Function;
}

/// <summary>Marks the HTTP result among the properties of a function's return type.</summary>
[AttributeUsage(AttributeTargets.Property, AllowMultiple = false)]
public sealed class HttpResultAttribute : OutputBindingAttribute;
