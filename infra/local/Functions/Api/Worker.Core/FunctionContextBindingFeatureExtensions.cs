using Crm.Local.Functions.Binding;
using Crm.Local.Functions.Invocation;

namespace Microsoft.Azure.Functions.Worker;

public static class FunctionContextBindingFeatureExtensions
{
    /// <summary>Converts one input now. The function is later given the same value, or what was set in its place.</summary>
    public static async ValueTask<InputBindingData<T>> BindInputAsync<T>(this FunctionContext context, BindingMetadata bindingMetadata)
    {
        ArgumentNullException.ThrowIfNull(bindingMetadata);
        var inputs = InvocationState.Of(context).Inputs;
        await inputs.ConvertAsync(context, bindingMetadata.Name, typeof(T));
        return new ConvertedInput<T>(inputs, bindingMetadata);
    }

    public static InvocationResult<T> GetInvocationResult<T>(this FunctionContext context)
    {
        var state = InvocationState.Of(context);
        return state.Result is T
            ? new TypedResult<T>(state)
            : throw new InvalidOperationException($"The result of function '{context.FunctionDefinition.Name}' is {state.Result?.GetType().ToString() ?? "null"}, not {typeof(T)}.");
    }

    public static InvocationResult GetInvocationResult(this FunctionContext context) => new UntypedResult(InvocationState.Of(context));

    public static IEnumerable<OutputBindingData<T>> GetOutputBindings<T>(this FunctionContext context)
    {
        var state = InvocationState.Of(context);
        foreach (var (name, binding) in context.FunctionDefinition.OutputBindings)
            yield return new OutputValue<T>(state, name, binding.Type);
    }
}
