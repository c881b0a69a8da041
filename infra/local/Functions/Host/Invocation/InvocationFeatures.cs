using System.Collections;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Local.Functions.Invocation;

/// <summary>A handful of entries at most: a list is faster than a dictionary, and smaller.</summary>
internal sealed class InvocationFeatures : IInvocationFeatures
{
    private readonly List<KeyValuePair<Type, object>> _features = new(8);

    public T? Get<T>()
    {
        foreach (var (type, feature) in _features)
        {
            if (type == typeof(T)) return (T)feature;
        }

        return default;
    }

    public void Set<T>(T instance)
    {
        _features.RemoveAll(static feature => feature.Key == typeof(T));
        if (instance is not null) _features.Add(new(typeof(T), instance));
    }

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => _features.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
