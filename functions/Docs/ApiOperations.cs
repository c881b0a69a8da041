using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Crm.Entities;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Docs;

/// <summary>One operation of the API: a function and, where its route takes every collection, one of them.</summary>
/// <param name="Type">The collection that the operation is on; null where it is on none, or on whichever.</param>
/// <param name="IsGeneric">The function serves every collection.</param>
internal sealed record ApiOperation(MethodInfo Function, string Route, HttpMethod Method, string Id, EntityType? Type, bool IsGeneric)
{
    public IReadOnlyList<RouteParameter> Parameters => [.. TemplateParser.Parse(Route).Parameters.Select(part => new RouteParameter(part.Name!)).Where(parameter => !(IsGeneric && parameter.IsCollection))];

    /// <summary>The route as OpenAPI writes it.</summary>
    public string Path => "/" + string.Join('/', TemplateParser.Parse(Route).Segments.Select(segment => segment.Parts[0] switch
    {
        { IsParameter: true, Name: RouteParameter.Collection } when IsGeneric => Type!.Collection,
        { IsParameter: true, Name: var name } => $"{{{name}}}",
        { Text: var text } => text,
    }));

    public T? Declared<T>() where T : Attribute => Function.GetCustomAttribute<T>();

    public IEnumerable<T> AllDeclared<T>() where T : Attribute => Function.GetCustomAttributes<T>();
}

/// <summary>A parameter in a route.</summary>
internal sealed record RouteParameter(string Name)
{
    public const string Collection = "entity";

    public bool IsCollection => Name == Collection;
}

/// <summary>Reads the operations of the API from what its functions declare.</summary>
internal static partial class ApiOperations
{
    /// <exception cref="InvalidOperationException">A function that HTTP reaches does not say what it is.</exception>
    public static IReadOnlyList<ApiOperation> Of(IEnumerable<Type> types, EntityCatalog catalog, CodeDocs docs)
    {
        var functions = Functions(types).ToList();
        var silent = functions.Select(function => (Name: function.GetCustomAttribute<FunctionAttribute>()!.Name, Lacks: Lacks(function, docs))).Where(function => function.Lacks.Count > 0).ToList();
        if (silent.Count > 0)
        {
            throw new InvalidOperationException("Functions that the API's description cannot be made of. Add beside their [Function]: "
                + string.Join("; ", silent.Select(function => $"{function.Name}: {string.Join(", ", function.Lacks)}")) + ". Crm.Platform.Http.OperationAttributes has them all.");
        }

        return [.. functions.SelectMany(function => Expand(function, catalog)).OrderBy(operation => operation.Path, StringComparer.Ordinal)];
    }

    private static IEnumerable<MethodInfo> Functions(IEnumerable<Type> types) => types
        .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .Where(method => method.IsDefined(typeof(FunctionAttribute)) && Trigger(method) is not null);

    private static List<string> Lacks(MethodInfo function, CodeDocs docs)
    {
        var lacks = new List<string>();
        if (!function.IsDefined(typeof(OperationAttribute)))
            lacks.Add("[Operation(\"verbNoun\")], its name in clients");
        if (!function.IsDefined(typeof(AnswersAttribute)))
            lacks.Add("[Answers(200, typeof(…))], what it gives when all goes well, beside [Takes(typeof(…))] where it has a body and [Writes] where it takes If-Match and Idempotency-Key");
        if (!docs.AreMissing && docs.Summary(function) is null)
            lacks.Add("/// <summary>, what it does in a sentence");
        if (Trigger(function)!.Methods is not [_])
            lacks.Add("one method in its [HttpTrigger]");
        return lacks;
    }

    private static HttpTriggerAttribute? Trigger(MethodInfo method) =>
        method.GetParameters().Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault(trigger => trigger is not null);

    private static IEnumerable<ApiOperation> Expand(MethodInfo function, EntityCatalog catalog)
    {
        var (trigger, id) = (Trigger(function)!, function.GetCustomAttribute<OperationAttribute>()!.Id);
        var method = HttpMethod.Parse(trigger.Methods![0].ToUpper(CultureInfo.InvariantCulture));
        if (!id.Contains('{', StringComparison.Ordinal))
            return [new ApiOperation(function, trigger.Route!, method, id, OnCollection(function, trigger.Route!, catalog), IsGeneric: false)];

        // What an action alone makes is not created by the generic route.
        var creates = function.GetCustomAttribute<RecordsAttribute>() is { Right: Right.Create };
        return from type in catalog.All
               where type.Exposed && !(creates && type.MadeBy is not null)
               let name = id.Replace("{One}", Pascal(type.Name), StringComparison.Ordinal).Replace("{Many}", Pascal(type.Collection), StringComparison.Ordinal)
               select new ApiOperation(function, trigger.Route!, method, name, type, IsGeneric: true);
    }

    private static EntityType? OnCollection(MethodInfo function, string route, EntityCatalog catalog) => route.Split('/') is ["api", "v1", var collection, ..]
        ? catalog.Exposed(collection) ?? (function.GetCustomAttribute<RecordsAttribute>()?.Collection is { } named ? catalog.Exposed(named) : null)
        : null;

    /// <summary><c>email-template</c> as <c>EmailTemplate</c>.</summary>
    public static string Pascal(string kebab) => WordStart().Replace(kebab, start => start.Groups[1].Value.ToUpperInvariant());

    [GeneratedRegex("(?:^|-)([a-z])")]
    private static partial Regex WordStart();
}
