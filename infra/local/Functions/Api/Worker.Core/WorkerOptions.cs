using System.Collections;
using Azure.Core.Serialization;
using Microsoft.Azure.Functions.Worker.Converters;

namespace Microsoft.Azure.Functions.Worker;

public class WorkerOptions
{
    /// <summary>Used by <c>HttpRequestData</c>, <c>HttpResponseData</c> and the conversion of trigger data; results and [FromBody] have options of their own.</summary>
    public ObjectSerializer? Serializer { get; set; }

    public InputConverterCollection InputConverters { get; } = new();
}

/// <summary>Converter types in the order they are asked.</summary>
public sealed class InputConverterCollection : IEnumerable<Type>
{
    private readonly List<Type> _types = [];

    public void Register<T>() where T : IInputConverter => _types.Add(typeof(T));

    public void RegisterAt<T>(int index) where T : IInputConverter => _types.Insert(index, typeof(T));

    public void Clear() => _types.Clear();

    public IEnumerator<Type> GetEnumerator() => _types.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
