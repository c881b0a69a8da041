namespace Microsoft.Azure.Functions.Worker.Converters;

[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Interface | AttributeTargets.Parameter, AllowMultiple = true)]
public class InputConverterAttribute(Type converterType) : Attribute
{
    public Type ConverterType { get; } = converterType;
}

/// <summary>Whether the registered converters are asked when those of the binding do not know the type.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ConverterFallbackBehaviorAttribute(ConverterFallbackBehavior fallbackBehavior) : Attribute
{
    public ConverterFallbackBehavior Behavior { get; } = fallbackBehavior;
}

public enum ConverterFallbackBehavior
{
    Allow = 0,
    Disallow = 1,
    Default = Allow,
}
