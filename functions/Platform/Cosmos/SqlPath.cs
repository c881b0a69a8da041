namespace Crm.Platform.Cosmos;

/// <summary>Paths in Cosmos SQL, always in brackets: fields are called order, from and value, as keywords are.</summary>
internal static class SqlPath
{
    /// <summary><c>c["data"]["name"]</c>. The steps come from declared fields, never from a request.</summary>
    public static string Of(string root, params IEnumerable<string> steps) => root + string.Concat(steps.Select(step => $"[\"{step}\"]"));
}
