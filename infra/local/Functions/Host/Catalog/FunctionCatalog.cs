using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Crm.Local.Functions.Settings;
using Crm.Local.Functions.Startup;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Extensions.Configuration;

namespace Crm.Local.Functions.Catalog;

/// <summary>Finds the functions and refuses, naming it, what the real build or host would refuse.</summary>
internal static partial class FunctionCatalog
{
    public static IReadOnlyList<LocalFunction> Of(IEnumerable<Type> types)
    {
        var functions = new List<LocalFunction>();
        const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        foreach (var type in types)
        {
            foreach (var method in type.GetMethods(Declared))
            {
                if (method.GetCustomAttribute<FunctionAttribute>() is { } attribute)
                    functions.Add(Define(attribute.Name, type, method));
            }
        }

        // The host knows functions in this order, and the first whose route matches wins.
        functions.Sort((a, b) => string.Compare(a.Name, b.Name, StringComparison.OrdinalIgnoreCase));
        for (var i = 1; i < functions.Count; i++)
        {
            if (functions[i].Name.Equals(functions[i - 1].Name, StringComparison.OrdinalIgnoreCase))
                throw new StartException($"Two functions are named '{functions[i].Name}': {functions[i - 1].EntryPoint} and {functions[i].EntryPoint}.");
        }

        return functions;
    }

    /// <summary>Without those that the setting <c>AzureWebJobs.{name}.Disabled</c> turns off.</summary>
    public static IReadOnlyList<LocalFunction> Enabled(IReadOnlyList<LocalFunction> functions, IConfiguration configuration) =>
        [.. functions.Where(function => !(bool.TryParse(configuration[$"AzureWebJobs.{function.Name}.Disabled"], out var disabled) && disabled))];

    /// <summary>Gives every listener its functions; the ones that have any are returned.</summary>
    public static IReadOnlyList<ITriggerListener> Assign(IReadOnlyList<LocalFunction> functions, IEnumerable<ITriggerListener> listeners, HostJson hostJson)
    {
        var used = new List<ITriggerListener>();
        var left = functions.ToList();
        foreach (var listener in listeners)
        {
            var own = left.Where(function => listener.TriggerAttribute.IsInstanceOfType(function.Trigger)).ToArray();
            left.RemoveAll(own.Contains);
            listener.Take(own, hostJson);
            used.Add(listener);
        }

        return left is [var unknown, ..]
            ? throw new StartException($"Function '{unknown.Name}' has the trigger {unknown.Trigger.GetType().Name}, which the local host does not know.")
            : used;
    }

    private static LocalFunction Define(string name, Type type, MethodInfo method)
    {
        var at = $"Function '{name}' ({type.FullName}.{method.Name})";
        if (!NamePattern.IsMatch(name) || name.Equals("host", StringComparison.OrdinalIgnoreCase))
            throw new StartException($"{at} has a name that is not allowed: a letter, then at most 127 letters, digits, '_' or '-', and not 'host'.");
        if (!method.IsPublic || !type.IsVisible) throw new StartException($"{at} must be a public method of a public class.");
        if (type.IsAbstract && !method.IsStatic) throw new StartException($"{at} is declared on an abstract class. Declare it on a concrete one.");
        if (type.ContainsGenericParameters || method.ContainsGenericParameters) throw new StartException($"{at} must not be generic, nor its class.");
        if (method.ReturnType == typeof(void) && method.IsDefined(typeof(AsyncStateMachineAttribute)))
            throw new StartException($"{at} is async void. Return a Task.");
        var triggers = method.GetParameters()
            .Select(parameter => (Parameter: parameter, Attribute: parameter.GetCustomAttribute<TriggerBindingAttribute>()))
            .Where(trigger => trigger.Attribute is not null)
            .ToArray();
        if (triggers is not [var (parameter, attribute)]) throw new StartException($"{at} must have one parameter with a trigger attribute, and has {triggers.Length}.");
        if (method.IsDefined(typeof(RetryAttribute)) && !TakesRetries(attribute!)) throw new StartException($"{at} has a retry attribute, which its trigger does not take.");
        return new LocalFunction(name, method, parameter, attribute!);
    }

    private static bool TakesRetries(TriggerBindingAttribute trigger) =>
        trigger.GetType().GetCustomAttribute<BindingCapabilitiesAttribute>()?.Capabilities.Contains(KnownBindingCapabilities.FunctionLevelRetry) is true;

    [GeneratedRegex("^[a-z][a-z0-9_-]{0,127}$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern { get; }
}
