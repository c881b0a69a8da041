using System.Collections.Frozen;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Platform.Auth;

/// <summary>What the app's HTTP functions declare, by function name: read once, asked on every request.</summary>
public sealed class AccessDeclarations
{
    private readonly FrozenDictionary<string, AccessAttribute> _byFunction;

    /// <exception cref="InvalidOperationException">A function that HTTP reaches declares no access.</exception>
    public AccessDeclarations(params IEnumerable<Type> types)
    {
        var functions = types.SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Select(method => (Method: method, Function: method.GetCustomAttribute<FunctionAttribute>()))
            .Where(found => found.Function is not null && found.Method.GetParameters().Any(parameter => parameter.IsDefined(typeof(HttpTriggerAttribute))))
            .ToDictionary(found => found.Function!.Name, found => found.Method.GetCustomAttribute<AccessAttribute>());
        if (functions.Where(declared => declared.Value is null).Select(declared => declared.Key).ToList() is [_, ..] open)
            throw new InvalidOperationException($"Functions without declared access: {string.Join(", ", open)}. Each needs one attribute of Crm.Platform.Auth, such as [SignedIn].");

        _byFunction = functions.ToFrozenDictionary(declared => declared.Key, declared => declared.Value!, StringComparer.Ordinal);
    }

    public IReadOnlyDictionary<string, AccessAttribute> ByFunction => _byFunction;

    /// <summary>Null where nothing is declared: then nobody may.</summary>
    public AccessAttribute? Of(string function) => _byFunction.GetValueOrDefault(function);
}
