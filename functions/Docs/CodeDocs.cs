using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Crm.Docs;

/// <summary>
/// What the code says of its own functions, types and properties: the file that the compiler makes of comments like this one. Without the file, which belongs to
/// the app, descriptions are missing and nothing else.
/// </summary>
internal sealed partial class CodeDocs
{
    private readonly Dictionary<string, XElement> _members;

    private CodeDocs(Dictionary<string, XElement> members) => _members = members;

    public static CodeDocs Of(Assembly assembly)
    {
        var file = Path.ChangeExtension(assembly.Location, ".xml");
        if (!File.Exists(file))
            return new CodeDocs([]);

        // Overloads are no matter: functions have none.
        var members = XDocument.Load(file).Descendants("member").GroupBy(member => member.Attribute("name")!.Value.Split('(')[0]);
        return new CodeDocs(members.ToDictionary(member => member.Key, member => member.First()));
    }

    public bool AreMissing => _members.Count == 0;

    public string? Summary(Type type) => Text(Member($"T:{Name(type)}")?.Element("summary"));

    public string? Summary(MethodInfo method) => Text(Member($"M:{Name(method.DeclaringType!)}.{method.Name}")?.Element("summary"));

    /// <summary>Of a property, or of the parameter that makes it one.</summary>
    public string? Summary(PropertyInfo property) =>
        Text(Member($"P:{Name(property.DeclaringType!)}.{property.Name}")?.Element("summary")) ?? Parameter(Member($"T:{Name(property.DeclaringType!)}"), property.Name);

    public string? Parameter(MethodInfo method, string name) => Parameter(Member($"M:{Name(method.DeclaringType!)}.{method.Name}"), name);

    private static string? Parameter(XElement? member, string name) => Text(member?.Elements("param").FirstOrDefault(parameter => parameter.Attribute("name")?.Value == name));

    private XElement? Member(string name) => _members.GetValueOrDefault(name);

    private static string Name(Type type) => (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!.Replace('+', '.');

    /// <summary>One line of Markdown. What is referred to is named as in JSON.</summary>
    private static string? Text(XElement? element)
    {
        if (element is null)
            return null;

        var parts = element.Nodes().Select(node => node switch
        {
            XText text => text.Value,
            XElement { Name.LocalName: "see", } see => see.Attribute("cref") is { } reference ? $"`{Camel(reference.Value.Split('(')[0].Split('.', ':')[^1])}`" : see.Attribute("href")?.Value,
            XElement { Name.LocalName: "paramref" } parameter => $"`{Camel(parameter.Attribute("name")!.Value)}`",
            XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
            XElement other => other.Value,
            _ => "",
        });
        return WhiteSpace().Replace(string.Concat(parts), " ").Trim();
    }

    private static string Camel(string name) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(name);

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
