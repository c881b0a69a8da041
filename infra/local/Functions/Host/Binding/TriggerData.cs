using Microsoft.Azure.Functions.Worker;

namespace Crm.Local.Functions.Binding;

/// <summary>What one kind of trigger knows about its event.</summary>
internal abstract class TriggerData
{
    /// <summary>What the trigger's own parameter is converted from; null when its type alone decides what it gets.</summary>
    public virtual object? Input => null;

    /// <summary>Every value by name, ignoring case.</summary>
    public abstract IReadOnlyDictionary<string, object?> All { get; }

    public abstract TraceContext Trace { get; }

    public abstract RetryContext Retry { get; }

    public abstract CancellationToken Cancellation { get; }

    public abstract bool TryGet(string name, out object? value);
}
