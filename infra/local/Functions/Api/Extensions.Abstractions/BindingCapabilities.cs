namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

[AttributeUsage(AttributeTargets.Class)]
public sealed class BindingCapabilitiesAttribute(params string[] capabilities) : Attribute
{
    public string[] Capabilities { get; } = capabilities;
}

public static class KnownBindingCapabilities
{
    /// <summary>Its functions may carry a retry attribute.</summary>
    public const string FunctionLevelRetry = "FunctionLevelRetry";
}
