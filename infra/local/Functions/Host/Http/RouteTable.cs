using System.Diagnostics.CodeAnalysis;
using Crm.Local.Functions.Startup;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;

namespace Crm.Local.Functions.Http;

/// <summary>All routes in order of function name; the first that matches wins, however much better a later one would fit.</summary>
internal sealed class RouteTable
{
    // By number of segments, which rules out most routes at once. The last one stands for every greater number.
    private readonly RouteBucket[] _bySegments;

    public RouteTable(IReadOnlyList<FunctionRoute> routes)
    {
        RefuseAmbiguous(routes);
        Routes = routes;
        var most = routes.Count == 0 ? 0 : routes.Max(route => route.Template.Segments.Count);
        _bySegments = [.. Enumerable.Range(0, most + 2).Select(count =>
            new RouteBucket([.. routes.Where(route => route.MinSegments <= count && count <= route.MaxSegments)], count))];
    }

    public IReadOnlyList<FunctionRoute> Routes { get; }

    public bool TryMatch(HttpContext http, [NotNullWhen(true)] out FunctionRoute? route, [NotNullWhen(true)] out RouteValueDictionary? values)
    {
        var path = http.Request.Path.Value;
        var bucket = _bySegments[Math.Min(Segments(path), _bySegments.Length - 1)];
        values = [];
        foreach (var candidate in bucket.For(path))
        {
            if (candidate.TryMatch(http, values))
            {
                route = candidate;
                return true;
            }

            values.Clear();
        }

        route = null;
        return false;
    }

    // As the matcher counts: a slash at the end begins no further segment.
    private static int Segments(ReadOnlySpan<char> path) => path.Count('/') - (path.EndsWith("/", StringComparison.Ordinal) ? 1 : 0);

    private static void RefuseAmbiguous(IReadOnlyList<FunctionRoute> routes)
    {
        foreach (var alike in routes.GroupBy(route => Shape(route.Template), StringComparer.OrdinalIgnoreCase))
        {
            var all = alike.ToArray();
            for (var i = 0; i < all.Length; i++)
            {
                for (var j = i + 1; j < all.Length; j++)
                    RefuseAmbiguous(all[i], all[j]);
            }
        }
    }

    // The worker routes a second time, over all functions, and answers 500 after 15 s when it finds two.
    private static void RefuseAmbiguous(FunctionRoute a, FunctionRoute b)
    {
        var (one, other) = (a.Function.Name, b.Function.Name);
        if (!a.Template.Parameters.Select(parameter => parameter.Name).SequenceEqual(b.Template.Parameters.Select(parameter => parameter.Name), StringComparer.OrdinalIgnoreCase))
            throw new StartException($"Functions '{one}' and '{other}' have routes that differ only in the name of a parameter: '{a.Text}' and '{b.Text}'.");
        if (a.Methods.Count == 0 || b.Methods.Count == 0 || a.Methods.Intersect(b.Methods, StringComparer.OrdinalIgnoreCase).Any())
            throw new StartException($"Functions '{one}' and '{other}' have the same route, '{a.Text}', and a method in common.");
    }

    private static string Shape(RouteTemplate template) => string.Join('/', template.Segments.Select(segment => string.Concat(segment.Parts.Select(Shape))));

    private static string Shape(TemplatePart part) => part.IsParameter
        ? $"{{{(part.IsCatchAll ? "*" : "")}{string.Concat(part.InlineConstraints.Select(constraint => $":{constraint.Constraint}"))}{(part.IsOptional ? "?" : "")}}}"
        : part.Text!;
}
