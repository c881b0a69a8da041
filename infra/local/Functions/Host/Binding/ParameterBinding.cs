using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Crm.Local.Functions.Binding;

/// <summary>A parameter of a function and how its value is found.</summary>
internal sealed class ParameterBinding
{
    public ParameterBinding(ParameterInfo parameter, bool isTrigger)
    {
        IsTrigger = isTrigger;
        Parameter = new FunctionParameter(parameter.Name!, parameter.ParameterType, parameter.HasDefaultValue, parameter.HasDefaultValue ? parameter.DefaultValue : null);
        Converter = parameter.GetCustomAttribute<InputConverterAttribute>()?.ConverterType
            ?? parameter.GetCustomAttribute<TriggerBindingAttribute>()?.GetType().GetCustomAttribute<InputConverterAttribute>()?.ConverterType;
    }

    public FunctionParameter Parameter { get; }

    public bool IsTrigger { get; }

    /// <summary>The converter named on the parameter or else on its trigger attribute, which is asked first.</summary>
    public Type? Converter { get; }

    /// <summary>Whether the value can come from the trigger's data: not what a type alone or an attribute decides.</summary>
    public bool IsByName => !IsTrigger && Converter is null && Parameter.Type != typeof(FunctionContext) && Parameter.Type != typeof(CancellationToken);
}
