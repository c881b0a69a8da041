using Crm.Local.Functions.Catalog;
using Crm.Local.Functions.Startup;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Constraints;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crm.Local.Functions.Http;

/// <summary>
/// A function's route, parsed and matched by the same ASP.NET Core classes as in the real host: <c>TemplateMatcher</c> and the built-in inline
/// constraints, with the methods as one more constraint. That is why a known route with another method is 404 and not 405.
/// </summary>
internal sealed class FunctionRoute
{
    private readonly TemplateMatcher _matcher;
    private readonly IDictionary<string, IRouteConstraint> _constraints;
    private readonly string?[] _literals;

    public FunctionRoute(LocalFunction function, string prefix, IInlineConstraintResolver constraints)
    {
        Function = function;
        var trigger = (HttpTriggerAttribute)function.Trigger;
        AuthLevel = trigger.Enforced;
        Methods = trigger.Methods ?? [];
        var declared = string.IsNullOrEmpty(trigger.Route) ? function.Name : trigger.Route;
        RefuseReserved(function, declared);
        Text = prefix.Length == 0 ? declared : $"{prefix}/{declared}";
        try
        {
            Template = TemplateParser.Parse(Text);
            var defaults = new RouteValueDictionary();
            var builder = new RouteConstraintBuilder(constraints, Text);
            foreach (var parameter in Template.Parameters)
            {
                if (parameter.IsOptional) builder.SetOptional(parameter.Name!);
                foreach (var constraint in parameter.InlineConstraints)
                    builder.AddResolvedConstraint(parameter.Name!, constraint.Constraint);
                if (parameter.DefaultValue is not null) defaults.Add(parameter.Name!, parameter.DefaultValue);
            }

            _constraints = builder.Build();
            _matcher = new TemplateMatcher(Template, defaults);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or RouteCreationException)
        {
            throw new StartException($"Function '{function.Name}' has a route that is not valid, '{Text}': {e.Message.ReplaceLineEndings(" ")}", e);
        }

        if (Methods.Count > 0) _constraints.Add("httpMethod", new HttpMethodRouteConstraint([.. Methods]));
        _literals = [.. Template.Segments.Select(segment => segment is { IsSimple: true, Parts: [{ IsLiteral: true, Text: var literal }] } ? literal : null)];
        MinSegments = Template.Segments.Count(segment => !segment.IsSimple || !IsOmittable(segment.Parts[0], defaults: true));
        MaxSegments = Template.Parameters.Any(parameter => parameter.IsCatchAll) ? int.MaxValue : Template.Segments.Count;
    }

    public LocalFunction Function { get; }

    public AuthorizationLevel AuthLevel { get; }

    public IReadOnlyList<string> Methods { get; }

    public string Text { get; }

    public RouteTemplate Template { get; }

    public int MinSegments { get; }

    public int MaxSegments { get; }

    /// <summary>A GET without key or parameters.</summary>
    public bool IsCallableAsIs =>
        AuthLevel is AuthorizationLevel.Anonymous && Template.Parameters.Count == 0 && (Methods.Count == 0 || Methods.Contains("get", StringComparer.OrdinalIgnoreCase));

    /// <summary>The text that a path must have in this segment, if it is one.</summary>
    public string? Literal(int segment) => segment < _literals.Length ? _literals[segment] : null;

    public bool TryMatch(HttpContext http, RouteValueDictionary values)
    {
        return HasLiteralsOf(http.Request.Path.Value) && _matcher.TryMatch(http.Request.Path, values)
            && RouteConstraintMatcher.Match(_constraints, values, http, NoRouter.Instance, RouteDirection.IncomingRequest, NullLogger.Instance);
    }

    // A cheap answer for nearly every route that does not match: the matcher would say the same.
    private bool HasLiteralsOf(string? path)
    {
        var rest = path.AsSpan();
        foreach (var literal in _literals)
        {
            if (rest.Length < 2) return true;
            rest = rest[1..];
            var end = rest.IndexOf('/');
            if (end < 0) end = rest.Length;
            if (literal is not null && !rest[..end].Equals(literal, StringComparison.OrdinalIgnoreCase)) return false;
            rest = rest[end..];
        }

        return true;
    }

    private static bool IsOmittable(TemplatePart part, bool defaults) =>
        part.IsParameter && (part.IsOptional || part.IsCatchAll || (defaults && part.DefaultValue is not null));

    private static void RefuseReserved(LocalFunction function, string route)
    {
        var path = route.TrimStart('/');
        if (path.Length == 0) throw new StartException($"Function '{function.Name}' has the route '/', which belongs to the host: on Azure every call of the app would fail.");
        if (path.StartsWith("admin", StringComparison.OrdinalIgnoreCase) || path.StartsWith("runtime", StringComparison.OrdinalIgnoreCase))
            throw new StartException($"Function '{function.Name}' has the route '{route}', and the host keeps every route that starts with 'admin' or 'runtime' for itself.");
    }

    /// <summary>Constraints are told which router asks; none of the built-in ones looks.</summary>
    private sealed class NoRouter : IRouter
    {
        public static NoRouter Instance { get; } = new();

        public Task RouteAsync(RouteContext context) => Task.CompletedTask;

        public VirtualPathData? GetVirtualPath(VirtualPathContext context) => null;
    }
}
