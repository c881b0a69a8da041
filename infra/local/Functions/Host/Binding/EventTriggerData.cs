using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Local.Functions.Binding;

/// <summary>An event that is its input and nothing else, and begins a trace of its own.</summary>
internal sealed class EventTriggerData(object input, RetryContext retry, CancellationToken cancellation) : TriggerData
{
    public override object Input => input;

    public override IReadOnlyDictionary<string, object?> All => ImmutableDictionary<string, object?>.Empty;

    public override TraceContext Trace { get; } = new NewTrace();

    public override RetryContext Retry => retry;

    public override CancellationToken Cancellation => cancellation;

    public override bool TryGet(string name, out object? value)
    {
        value = null;
        return false;
    }

    private sealed class NewTrace : TraceContext
    {
        public override string TraceParent { get; } = $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-00";

        public override string TraceState => "";
    }
}
