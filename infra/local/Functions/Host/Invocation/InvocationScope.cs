using System.Collections;

namespace Crm.Local.Functions.Invocation;

/// <summary>The worker's log scope. Its values are made when a logger asks: most log nothing in a call.</summary>
internal sealed class InvocationScope(InvocationContext context) : IReadOnlyList<KeyValuePair<string, object>>
{
    public int Count => 2;

    public KeyValuePair<string, object> this[int index] => index switch
    {
        0 => new("AzureFunctions_FunctionName", context.Function.Name),
        1 => new("AzureFunctions_InvocationId", context.InvocationId),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    public IEnumerator<KeyValuePair<string, object>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => $"{this[0].Key}:{this[0].Value} {this[1].Key}:{this[1].Value}";
}
