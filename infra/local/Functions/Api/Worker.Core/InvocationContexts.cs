namespace Microsoft.Azure.Functions.Worker;

/// <summary>What the trigger knew about its event, by name, whatever the case of the name.</summary>
public abstract class BindingContext
{
    public abstract IReadOnlyDictionary<string, object?> BindingData { get; }
}

public abstract class RetryContext
{
    public abstract int RetryCount { get; }

    public abstract int MaxRetryCount { get; }
}

public abstract class TraceContext
{
    public abstract string TraceParent { get; }

    public abstract string TraceState { get; }

    public virtual IReadOnlyDictionary<string, string> Attributes { get; } = ImmutableDictionary<string, string>.Empty;

    public virtual IReadOnlyDictionary<string, string> Baggage { get; } = ImmutableDictionary<string, string>.Empty;
}

public abstract class FunctionInvocation
{
    public abstract string Id { get; }

    public abstract string FunctionId { get; }

    public abstract TraceContext TraceContext { get; }
}
