using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Crm.Local.Functions.Binding;

/// <summary>Asks converters in the worker's order: the one named on the parameter or else on its type, then the registered ones.</summary>
internal sealed class InputConverters(IServiceProvider services, IOptions<WorkerOptions> options)
{
    private readonly ConcurrentDictionary<Type, IInputConverter?> _byTargetType = new();
    private readonly ConcurrentDictionary<Type, IInputConverter> _instances = new();
    private IInputConverter[]? _registered;

    private IInputConverter[] Registered => _registered ??= [.. options.Value.InputConverters.Select(Instance)];

    public async ValueTask<ConversionResult> ConvertAsync(FunctionContext context, Type target, object? source, Type? named)
    {
        var request = new Request(context, target, source);
        var first = named is null ? _byTargetType.GetOrAdd(target, OfType) : Instance(named);
        if (first is not null)
        {
            var result = await first.ConvertAsync(request);
            if (result.Status is not ConversionStatus.Unhandled) return result;
        }

        foreach (var converter in Registered)
        {
            var result = await converter.ConvertAsync(request);
            if (result.Status is not ConversionStatus.Unhandled) return result;
        }

        return ConversionResult.Unhandled();
    }

    private IInputConverter? OfType(Type target) => target.GetCustomAttribute<InputConverterAttribute>() is { } attribute ? Instance(attribute.ConverterType) : null;

    private IInputConverter Instance(Type type) =>
        _instances.GetOrAdd(type, created => ActivatorUtilities.GetServiceOrCreateInstance(services, created) as IInputConverter
            ?? throw new InvalidOperationException($"{created} is named as an input converter but is no {nameof(IInputConverter)}."));

    private sealed class Request(FunctionContext context, Type target, object? source) : ConverterContext
    {
        public override Type TargetType => target;

        public override object? Source => source;

        public override FunctionContext FunctionContext => context;

        public override IReadOnlyDictionary<string, object> Properties => ImmutableDictionary<string, object>.Empty;
    }
}
