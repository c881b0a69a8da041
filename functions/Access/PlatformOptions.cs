namespace Crm.Access;

/// <summary>Settings for the operator of the deployment, from the section <c>Platform</c>.</summary>
public sealed record PlatformOptions
{
    public const string Section = "Platform";

    internal const int MinKeyLength = 32;

    /// <summary>Makes tenants: at least 32 characters. Null where none are made this way.</summary>
    public string? AdminKey { get; init; }
}
