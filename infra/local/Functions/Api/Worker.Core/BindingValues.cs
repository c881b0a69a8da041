namespace Microsoft.Azure.Functions.Worker;

public abstract class InputBindingData<T>
{
    public abstract BindingMetadata BindingMetadata { get; }

    public abstract T? Value { get; set; }
}

public abstract class OutputBindingData<T>
{
    public abstract string Name { get; }

    public abstract string BindingType { get; }

    public abstract T? Value { get; set; }
}

public abstract class InvocationResult<T>
{
    public abstract T? Value { get; set; }
}

public abstract class InvocationResult : InvocationResult<object>;
