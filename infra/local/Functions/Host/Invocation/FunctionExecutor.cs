using System.Collections.Concurrent;
using Crm.Local.Functions.Catalog;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Context.Features;
using Microsoft.Azure.Functions.Worker.Invocation;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Local.Functions.Invocation;

internal sealed class FunctionExecutor(IFunctionActivator activator) : IFunctionExecutor
{
    public async ValueTask ExecuteAsync(FunctionContext context)
    {
        var function = (LocalFunction)context.FunctionDefinition;
        var instance = function.Call.IsStatic ? null : activator.CreateInstance(function.Method.DeclaringType!, context);
        var inputs = context.Features.Get<IFunctionInputBindingFeature>() ?? throw new InvalidOperationException("The input binding feature was removed.");
        var bound = await inputs.BindFunctionInputAsync(context);
        var state = InvocationState.Of(context);
        state.Result = await function.Call.InvokeAsync(instance, bound.Values);
        if (function.Outputs.Count == 0 || state.Result is null) return;

        // A result whose properties are the outputs is no result itself.
        foreach (var property in function.Outputs.Properties)
        {
            if (property.GetValue(state.Result) is { } value) state.Outputs[property.Name] = value;
        }

        state.Result = null;
    }
}

/// <summary>One instance per call, from its scope; like the real one it does not dispose it.</summary>
internal sealed class FunctionActivator : IFunctionActivator
{
    private readonly ConcurrentDictionary<Type, ObjectFactory> _factories = new();

    public object? CreateInstance(Type instanceType, FunctionContext context) =>
        _factories.GetOrAdd(instanceType, static type => ActivatorUtilities.CreateFactory(type, [])).Invoke(context.InstanceServices, null);
}
