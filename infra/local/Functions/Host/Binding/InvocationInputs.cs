using Crm.Local.Functions.Catalog;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Context.Features;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Local.Functions.Binding;

/// <summary>The arguments of one call: converted once, whether middleware or the function asks first.</summary>
internal sealed class InvocationInputs(TriggerData trigger) : IFunctionInputBindingFeature
{
    private Dictionary<string, ConversionResult>? _converted;
    private FunctionInputBindingResult? _bound;

    public object? this[string name]
    {
        get => Converted.TryGetValue(name, out var result) ? result.Value : null;
        set => Converted[name] = ConversionResult.Success(value);
    }

    private Dictionary<string, ConversionResult> Converted => _converted ??= new(StringComparer.OrdinalIgnoreCase);

    public async ValueTask<FunctionInputBindingResult> BindFunctionInputAsync(FunctionContext context)
    {
        if (_bound is not null) return _bound;
        var bindings = ((LocalFunction)context.FunctionDefinition).Bindings;
        var converters = context.InstanceServices.GetRequiredService<InputConverters>();
        var values = new object?[bindings.Length];
        List<string>? errors = null;
        for (var i = 0; i < values.Length; i++)
        {
            var (value, error) = await BindAsync(context, converters, bindings[i]);
            values[i] = value;
            if (error is not null) (errors ??= []).Add(error);
        }

        return errors is null
            ? _bound = new FunctionInputBindingResult(values)
            : throw new FunctionInputConverterException($"Error converting {errors.Count} input parameters for function '{context.FunctionDefinition.Name}': {string.Join(Environment.NewLine, errors)}");
    }

    /// <summary>Without regard to a converter on the parameter, unless no other knows the type.</summary>
    public async ValueTask ConvertAsync(FunctionContext context, string name, Type type)
    {
        if (Converted.ContainsKey(name)) return;
        var converters = context.InstanceServices.GetRequiredService<InputConverters>();
        var parameter = ((LocalFunction)context.FunctionDefinition).Bindings.FirstOrDefault(binding => binding.Parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        var source = Source(name, parameter);
        var result = await converters.ConvertAsync(context, type, source, null);
        if (result.Status is ConversionStatus.Unhandled && parameter is not null)
            result = await converters.ConvertAsync(context, parameter.Parameter.Type, source, parameter.Converter);
        Converted[name] = result;
    }

    private async ValueTask<(object? Value, string? Error)> BindAsync(FunctionContext context, InputConverters converters, ParameterBinding binding)
    {
        var parameter = binding.Parameter;
        var source = Source(parameter.Name, binding);
        if (_converted is null || !_converted.TryGetValue(parameter.Name, out var result))
            result = await converters.ConvertAsync(context, parameter.Type, source, binding.Converter);
        return result.Status switch
        {
            ConversionStatus.Succeeded => (result.Value, null),
            // As in the real worker, a failure without a source counts as no value, and leaves even a value type at its default.
            ConversionStatus.Failed when source is null => (Default(parameter.Type), null),
            ConversionStatus.Failed => (null, $"Cannot convert input parameter '{parameter.Name}' to type '{parameter.Type}' from type '{source.GetType()}'. Error: {result.Error}"),
            _ when parameter.HasDefaultValue => (parameter.DefaultValue, null),
            _ when parameter.IsReferenceOrNullableType => (null, null),
            _ => (null, $"Could not populate the value for parameter '{parameter.Name}'. Give it a default value or make it nullable."),
        };
    }

    // Input data, that is the trigger's own parameter, hides trigger data of the same name.
    private object? Source(string name, ParameterBinding? binding) =>
        binding is { IsTrigger: true } ? trigger.Input : trigger.TryGet(name, out var value) ? value : null;

    private static object? Default(Type type) => type.IsValueType ? Activator.CreateInstance(type) : null;
}

internal sealed class ConvertedInput<T>(InvocationInputs inputs, BindingMetadata metadata) : InputBindingData<T>
{
    public override BindingMetadata BindingMetadata => metadata;

    public override T? Value
    {
        get => (T?)inputs[metadata.Name];
        set => inputs[metadata.Name] = value;
    }
}
