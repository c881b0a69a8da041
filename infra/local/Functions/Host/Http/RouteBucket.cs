namespace Crm.Local.Functions.Http;

/// <summary>The routes that a path of some number of segments can match, told apart by the segment in which their literals differ most.</summary>
internal sealed class RouteBucket
{
    private readonly int _segment;
    private readonly FunctionRoute[] _others;
    private readonly Dictionary<string, FunctionRoute[]>.AlternateLookup<ReadOnlySpan<char>> _byLiteral;

    public RouteBucket(FunctionRoute[] routes, int segments)
    {
        _segment = Enumerable.Range(0, Math.Max(segments, 1)).MaxBy(i => Literals(routes, i).Count());
        _others = [.. routes.Where(route => route.Literal(_segment) is null)];
        _byLiteral = Literals(routes, _segment)
            .ToDictionary(literal => literal, literal => Array.FindAll(routes, route => IsOr(route.Literal(_segment), literal)), StringComparer.OrdinalIgnoreCase)
            .GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Those worth trying, still in order of function name.</summary>
    public FunctionRoute[] For(ReadOnlySpan<char> path) => _byLiteral.TryGetValue(Segment(path, _segment), out var routes) ? routes : _others;

    private static IEnumerable<string> Literals(FunctionRoute[] routes, int segment) =>
        routes.Select(route => route.Literal(segment)).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase);

    private static bool IsOr(string? own, string literal) => own is null || own.Equals(literal, StringComparison.OrdinalIgnoreCase);

    private static ReadOnlySpan<char> Segment(ReadOnlySpan<char> path, int index)
    {
        for (var skipped = 0; ; skipped++)
        {
            if (path.IsEmpty) return path;
            path = path[1..];
            var end = path.IndexOf('/');
            if (skipped == index) return end < 0 ? path : path[..end];
            path = end < 0 ? [] : path[end..];
        }
    }
}
