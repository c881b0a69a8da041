namespace Microsoft.Azure.Functions.Worker
{
    public interface IFunctionActivator
    {
        object? CreateInstance(Type instanceType, FunctionContext context);
    }
}

namespace Microsoft.Azure.Functions.Worker.Invocation
{
    /// <summary>The end of the pipeline: makes the instance, binds the arguments, calls the method.</summary>
    public interface IFunctionExecutor
    {
        ValueTask ExecuteAsync(FunctionContext context);
    }
}

namespace Microsoft.Azure.Functions.Worker.Core.Invocation
{
    public static class FunctionActivatorExtensions
    {
        public static T? CreateInstance<T>(this IFunctionActivator activator, FunctionContext context) where T : class =>
            (T?)activator.CreateInstance(typeof(T), context);
    }
}
