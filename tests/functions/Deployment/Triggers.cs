using System.Reflection;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Deployment;

/// <summary>What the app's functions are triggered by.</summary>
internal sealed record Trigger(string Function, CustomAttributeData Attribute)
{
    /// <summary>A constructor argument, with <c>%setting%</c> resolved as the host does.</summary>
    public string Argument(int position) => Triggers.Resolve((string)Attribute.ConstructorArguments[position].Value!);

    public string? Named(string property) => Attribute.NamedArguments.FirstOrDefault(argument => argument.MemberName == property).TypedValue.Value is string value ? Triggers.Resolve(value) : null;
}

/// <summary>Triggers by the name of their attribute.</summary>
internal static class Triggers
{
    private static readonly JsonObject Settings = (JsonObject)JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "local.settings.sample.json")))!["Values"]!;

    public static IEnumerable<Trigger> Of(string attribute) =>
        from type in typeof(CrmApplication).Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        from parameter in method.GetParameters()
        from data in parameter.CustomAttributes
        where data.AttributeType.Name == attribute
        select new Trigger($"{type.Name}.{method.Name}", data);

    public static string Resolve(string value) => value.StartsWith('%') && value.EndsWith('%') ? (string)Settings[value.Trim('%').Replace(":", "__", StringComparison.Ordinal)]! : value;
}
