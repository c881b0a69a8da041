using Crm.Local.Functions.Binding;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Local.Functions.Invocation;

/// <summary>What goes in and comes out of one invocation; a feature of its context, so that a context that wraps it has it too.</summary>
internal sealed class InvocationState(TriggerData trigger)
{
    private Dictionary<string, object?>? _outputs;

    public TriggerData Trigger => trigger;

    public InvocationInputs Inputs { get; } = new(trigger);

    public object? Result { get; set; }

    public Dictionary<string, object?> Outputs => _outputs ??= [];

    public static InvocationState Of(FunctionContext context) =>
        context.Features.Get<InvocationState>() ?? throw new InvalidOperationException("This FunctionContext is not one of a running invocation.");
}

internal sealed class UntypedResult(InvocationState state) : InvocationResult
{
    public override object? Value
    {
        get => state.Result;
        set => state.Result = value;
    }
}

internal sealed class TypedResult<T>(InvocationState state) : InvocationResult<T>
{
    public override T? Value
    {
        get => (T?)state.Result;
        set => state.Result = value;
    }
}

internal sealed class OutputValue<T>(InvocationState state, string name, string bindingType) : OutputBindingData<T>
{
    public override string Name => name;

    public override string BindingType => bindingType;

    public override T? Value
    {
        get => state.Outputs.GetValueOrDefault(name) is T value ? value : default;
        set => state.Outputs[name] = value;
    }
}
