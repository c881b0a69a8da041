using System.Reflection;
using Crm.Local.Functions.Startup;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Crm.Local.Functions.Catalog;

/// <summary>The properties of a function's return type that are outputs of their own. HTTP's is the only kind so far.</summary>
internal sealed class OutputProperties(IReadOnlyList<PropertyInfo> properties)
{
    public IReadOnlyList<PropertyInfo> Properties => properties;

    public int Count => properties.Count;

    public static OutputProperties Of(MethodInfo method)
    {
        var type = method.ReturnType;
        if (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>)))
            type = type.GetGenericArguments()[0];
        var outputs = type.GetProperties().Where(property => property.IsDefined(typeof(OutputBindingAttribute))).ToArray();
        var unknown = outputs.SelectMany(property => property.GetCustomAttributes<OutputBindingAttribute>())
            .Concat(method.GetCustomAttributes<OutputBindingAttribute>())
            .FirstOrDefault(attribute => attribute is not HttpResultAttribute);
        return unknown is null
            ? new OutputProperties(outputs)
            : throw new StartException($"{method.DeclaringType!.FullName}.{method.Name} has the output {unknown.GetType().Name}, which the local host does not know.");
    }
}
