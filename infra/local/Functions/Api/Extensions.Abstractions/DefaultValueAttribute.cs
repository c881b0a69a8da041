namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>What the host assumes when the build has written nothing about the property.</summary>
[AttributeUsage(AttributeTargets.Property)]
public class DefaultValueAttribute : Attribute
{
    public DefaultValueAttribute(string stringDefault) => DefaultStringValue = stringDefault;

    public DefaultValueAttribute(bool boolDefault) => DefaultBoolValue = boolDefault;

    public string? DefaultStringValue { get; }

    public bool? DefaultBoolValue { get; }
}
