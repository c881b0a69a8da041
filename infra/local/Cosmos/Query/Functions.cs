namespace Crm.Local.Cosmos.Query;

/// <summary>A built-in function. Arguments are evaluated when it asks for them.</summary>
internal delegate Value Function(Arguments arguments);

/// <summary>The arguments of one call.</summary>
internal readonly ref struct Arguments(Frame frame, IReadOnlyList<Expression> expressions)
{
    public int Count => expressions.Count;

    public DateTimeOffset Now => frame.Now;

    /// <summary>Undefined when there is no such argument.</summary>
    public Value this[int index] => index < expressions.Count ? expressions[index].Evaluate(frame) : default;
}

/// <summary>The documented functions by name, in upper case.</summary>
internal static class Functions
{
    private static readonly Dictionary<string, (int Least, int Most, Function Function)> All = Collect();

    // Documented, and not here: better refused than guessed.
    private static readonly HashSet<string> Known =
    [
        "RAND", "DATETIMEBIN", "DOCUMENTID", "VECTORDISTANCE", "RRF", "FULLTEXTCONTAINS", "FULLTEXTCONTAINSALL", "FULLTEXTCONTAINSANY", "FULLTEXTSCORE",
        "ST_AREA", "ST_DISTANCE", "ST_INTERSECTS", "ST_ISVALID", "ST_ISVALIDDETAILED", "ST_WITHIN", "ARRAY_AGG", "ARRAY_CONTAINS_ALL_CI",
        "CONTAINS_ALL_CI", "CONTAINS_ALL_CS", "CONTAINS_ANY_CI", "CONTAINS_ANY_CS", "ARRAY_AVG", "ARRAY_MAX", "ARRAY_MEDIAN", "ARRAY_MIN",
        "ARRAY_SUM", "LASTSUBSTRINGAFTER", "LASTSUBSTRINGBEFORE", "SUBSTRINGAFTER", "SUBSTRINGBEFORE", "ITEMIDENTITY",
    ];

    /// <exception cref="QueryException">There is no such function, or not with so many arguments.</exception>
    /// <exception cref="UnsupportedQueryException">The service has it; this store does not.</exception>
    public static Function Find(string name, int arguments)
    {
        if (!All.TryGetValue(name, out var found))
            throw Known.Contains(name) ? new UnsupportedQueryException($"the function {name}") : Errors.UnknownFunction(name);
        return arguments >= found.Least && arguments <= found.Most
            ? found.Function
            : throw Errors.ArgumentCount(name, found.Least, found.Most);
    }

    private static Dictionary<string, (int, int, Function)> Collect()
    {
        var all = new Dictionary<string, (int, int, Function)>(StringComparer.Ordinal);
        foreach (var (name, least, most, function) in
            TypeFunctions.All.Concat(StringFunctions.All).Concat(MathFunctions.All).Concat(ArrayFunctions.All).Concat(DateFunctions.All))
        {
            all.Add(name, (least, most, function));
        }

        return all;
    }
}
