namespace Crm.Local.Cosmos.Query;

/// <summary>The refusals of the service, worded as it words them.</summary>
internal static class Errors
{
    public static QueryException Syntax(string query, int start, int end) => start >= query.Length
        ? new("SC1002", "Syntax error, unexpected end-of-file.")
        : new("SC1001", $"Syntax error, incorrect syntax near '{query[start..Math.Min(end, query.Length)]}' at position {start}.");

    public static QueryException Token(string code, string kind, string query, int start, int end) =>
        new(code, $"Syntax error, invalid {kind} '{query[start..Math.Min(end, query.Length)]}' at position {start}.");

    public static QueryException UnknownName(string name) => new("SC2001", $"Identifier '{name}' could not be resolved.");

    public static QueryException UnknownFunction(string name) => new("SC2005", $"'{name}' is not a recognized built-in function name.");

    public static QueryException ArgumentCount(string name, int least, int most) => new(
        "SC2050",
        $"The {name} function requires {(least == most ? $"{least}" : most == int.MaxValue ? $"at least {least}" : $"{least} to {most}")} argument(s).");

    public static QueryException RepeatedProperty(string name) =>
        new("SC2022", $"Object creation error, property name '{name}' specified more than once.");

    public static QueryException TooComplex() => new("SC3020", "The query is too long or nested too deeply.");

    public static QueryException Continuation() => new("BadContinuation", "The continuation token does not belong to this query.");

    public static QueryException NoIndex(bool isComposite) => new("NoIndex", isComposite
        ? "The order by query does not have a corresponding composite index that it can be served from."
        : "The index path corresponding to the specified order-by item is excluded.");

    public static QueryException Invalid(string code, string message) => new(code, message);
}
