using System.Reflection;
using System.Text.RegularExpressions;
using Crm.Entities;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Tests.Conventions;

/// <summary>The host takes the first route that matches by function name: so no two may match one request.</summary>
public sealed partial class RouteTests
{
    private static readonly List<HttpFunction> Functions = [.. Find(typeof(EntityFunctions).Assembly.GetTypes())];

    private sealed record HttpFunction(MethodInfo Method, string Name, string Route, IReadOnlyList<string> Methods)
    {
        public RouteTemplate Template { get; } = TemplateParser.Parse(Route);
    }

    [Fact]
    public void Routes_OfTwoFunctions_NeverMatchOneRequest()
    {
        var both = from one in Functions
                   from other in Functions
                   where string.CompareOrdinal(one.Name, other.Name) < 0 && one.Methods.Intersect(other.Methods, StringComparer.OrdinalIgnoreCase).Any()
                   where CanMeet(one.Template, other.Template)
                   select $"{one.Name} and {other.Name}";

        Assert.NotEmpty(Functions);
        Assert.Empty(both);
    }

    [Theory]
    [InlineData("api/v1/{entity}/{id}", "api/v1/{name}/{key}", true)]
    [InlineData("api/v1/{entity}/{id}", "api/v1/accounts/{id}", true)]
    [InlineData("api/v1/{entity:regex(^(a|b)$)}", "api/v1/c", false)]
    [InlineData("api/v1/{entity:regex(^(a|b)$)}", "api/v1/b", true)]
    [InlineData("api/v1/{entity}", "API/V1/{entity}/{id?}", true)]
    [InlineData("files/{*path}", "files/a/b/c", true)]
    [InlineData("files/{*path}", "docs", false)]
    [InlineData("api/v1/{entity}/{id}", "api/v1/{entity}", false)]
    public void CanMeet_TellsOverlappingRoutes(string one, string other, bool meet) =>
        Assert.Equal((meet, meet), (CanMeet(TemplateParser.Parse(one), TemplateParser.Parse(other)), CanMeet(TemplateParser.Parse(other), TemplateParser.Parse(one))));

    [Fact]
    public void FunctionNames_AreValidAndUnique()
    {
        Assert.All(Functions, function => Assert.Matches(FunctionName(), function.Name));
        Assert.Equal(Functions.Count, Functions.Select(function => function.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public void Routes_AreNoneOfTheHosts() => Assert.All(Functions, function =>
    {
        Assert.NotEqual("", function.Route.Trim('/'));
        Assert.False(function.Route.TrimStart('/').StartsWith("admin", StringComparison.OrdinalIgnoreCase) || function.Route.TrimStart('/').StartsWith("runtime", StringComparison.OrdinalIgnoreCase), function.Route);
    });

    [Fact]
    public void Functions_DeclareTheirMethods() => Assert.All(Functions, function => Assert.NotEmpty(function.Methods));

    [Fact]
    public void FunctionClasses_ArePublicAndSealed() =>
        Assert.All(Functions, function => Assert.True(function.Method.DeclaringType is { IsPublic: true, IsSealed: true } && function.Method.IsPublic, function.Name));

    private static IEnumerable<HttpFunction> Find(IEnumerable<Type> types) =>
        from type in types
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        let function = method.GetCustomAttribute<FunctionAttribute>()
        where function is not null
        let trigger = method.GetParameters().Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).OfType<HttpTriggerAttribute>().FirstOrDefault()
        where trigger is not null
        select new HttpFunction(method, function.Name, trigger.Route ?? function.Name, trigger.Methods ?? []);

    private static bool CanMeet(RouteTemplate one, RouteTemplate other)
    {
        var (shortest, longest) = one.Segments.Count <= other.Segments.Count ? (one, other) : (other, one);
        var open = shortest.Segments.Count > 0 && shortest.Segments[^1].Parts is [{ IsCatchAll: true }];
        var rest = longest.Segments.Skip(shortest.Segments.Count);
        return (open || rest.All(segment => segment.Parts is [{ IsOptional: true } or { IsCatchAll: true }]))
            && shortest.Segments.Zip(longest.Segments).All(pair => CanMeet(pair.First, pair.Second));
    }

    private static bool CanMeet(TemplateSegment one, TemplateSegment other) => (one.Parts[0], other.Parts[0]) switch
    {
        _ when one.Parts.Count > 1 || other.Parts.Count > 1 => true,
        ({ IsLiteral: true, Text: var literal }, { IsLiteral: true, Text: var same }) => string.Equals(literal, same, StringComparison.OrdinalIgnoreCase),
        ({ IsLiteral: true, Text: var literal }, var parameter) => Accepts(parameter, literal!),
        (var parameter, { IsLiteral: true, Text: var literal }) => Accepts(parameter, literal!),
        _ => true,
    };

    /// <summary>Regular expressions are evaluated as the host does; any other constraint might accept the text.</summary>
    private static bool Accepts(TemplatePart parameter, string literal) => parameter.InlineConstraints
        .Select(constraint => Pattern().Match(constraint.Constraint))
        .Where(pattern => pattern.Success)
        .All(pattern => Regex.IsMatch(literal, pattern.Groups[1].Value, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant));

    [GeneratedRegex(@"^regex\((.*)\)$")]
    private static partial Regex Pattern();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]{0,126}$")]
    private static partial Regex FunctionName();
}
