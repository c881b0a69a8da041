using System.Reflection;
using Crm.Local.Functions.Binding;
using Crm.Local.Functions.Invocation;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Crm.Local.Functions.Catalog;

/// <summary>A function with everything about it that can be worked out before its first call.</summary>
internal sealed class LocalFunction : FunctionDefinition
{
    public LocalFunction(string name, MethodInfo method, ParameterInfo trigger, TriggerBindingAttribute attribute)
    {
        Name = name;
        Method = method;
        Trigger = attribute;
        TriggerParameter = trigger.Name!;
        Retry = RetryPolicy.Of(method);
        Call = new MethodCall(method);
        // By place: two threads that ask for the first time at once may get two sets of the same parameters.
        Bindings = [.. method.GetParameters().Select(parameter => new ParameterBinding(parameter, parameter.Position == trigger.Position))];
        Parameters = [.. Bindings.Select(binding => binding.Parameter)];
        InputBindings = ImmutableDictionary<string, BindingMetadata>.Empty.Add(TriggerParameter, new Metadata(TriggerParameter, TriggerName(attribute), BindingDirection.In));
        Outputs = OutputProperties.Of(method);
        OutputBindings = (Outputs.Count, attribute) switch
        {
            (0, HttpTriggerAttribute) => ImmutableDictionary<string, BindingMetadata>.Empty.Add("$return", new Metadata("$return", "http", BindingDirection.Out)),
            _ => Outputs.Properties.ToImmutableDictionary(property => property.Name, BindingMetadata (property) => new Metadata(property.Name, "http", BindingDirection.Out)),
        };
    }

    public override string Name { get; }

    public override string Id => Name;

    public override string PathToAssembly => Method.Module.Assembly.Location;

    public override string EntryPoint => $"{Method.DeclaringType!.FullName}.{Method.Name}";

    public override ImmutableArray<FunctionParameter> Parameters { get; }

    public override IImmutableDictionary<string, BindingMetadata> InputBindings { get; }

    public override IImmutableDictionary<string, BindingMetadata> OutputBindings { get; }

    public MethodInfo Method { get; }

    public TriggerBindingAttribute Trigger { get; }

    public string TriggerParameter { get; }

    public RetryPolicy Retry { get; }

    public MethodCall Call { get; }

    public ImmutableArray<ParameterBinding> Bindings { get; }

    public OutputProperties Outputs { get; }

    private static string TriggerName(TriggerBindingAttribute attribute)
    {
        var name = attribute.GetType().Name;
        return char.ToLowerInvariant(name[0]) + name[1..^nameof(Attribute).Length];
    }

    private sealed class Metadata(string name, string type, BindingDirection direction) : BindingMetadata
    {
        public override string Name => name;

        public override string Type => type;

        public override BindingDirection Direction => direction;
    }
}
