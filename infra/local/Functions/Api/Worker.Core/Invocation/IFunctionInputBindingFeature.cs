namespace Microsoft.Azure.Functions.Worker.Context.Features;

public interface IFunctionInputBindingFeature
{
    ValueTask<FunctionInputBindingResult> BindFunctionInputAsync(FunctionContext context);
}

public class FunctionInputBindingResult(object?[] values)
{
    /// <summary>The arguments, in the order of the parameters. Middleware may replace them before the function runs.</summary>
    public object?[] Values { get; } = values;
}
