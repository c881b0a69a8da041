using System.Collections;

namespace Crm.Platform.Telemetry;

/// <summary>
/// What every log line of an invocation carries: tenant, entity and request id. Values are looked up when a logger asks: who is calling is known only
/// later, and most invocations log nothing.
/// </summary>
internal sealed class CallScope(CallContext call, string? entity) : IReadOnlyList<KeyValuePair<string, object?>>
{
    public int Count => 3;

    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("TenantId", call.TenantId),
        1 => new("Entity", entity),
        2 => new("RequestId", call.RequestId),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => $"TenantId:{call.TenantId} Entity:{entity} RequestId:{call.RequestId}";
}
