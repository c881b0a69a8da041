using System.Buffers;
using System.Text;

namespace Crm.Local.Cosmos.Query;

/// <summary>One path of an indexing policy: property names, and <see cref="Elements"/> for "each element of the array".</summary>
internal static class IndexPath
{
    /// <summary>The segment <c>[]</c>. A property of that name is quoted in a policy and never met in practice.</summary>
    public const string Elements = "[]";

    private static readonly SearchValues<char> Syntax = SearchValues.Create("/\"[]*?\\");

    /// <summary>One spelling for one path: <c>/"name"</c> is <c>/name</c>, and only names with a sign of the syntax keep their quotes.</summary>
    public static string Spell(IEnumerable<string> segments)
    {
        var text = new StringBuilder();
        foreach (var segment in segments)
        {
            text.Append('/');
            if (segment == Elements || (segment.Length > 0 && !segment.AsSpan().ContainsAny(Syntax))) text.Append(segment);
            else text.Append('"').Append(segment.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
        }

        return text.ToString();
    }

    /// <summary>The segments of a policy's path, or null when it names no single path (<c>/*</c>, <c>/a/*</c>) or is none.</summary>
    public static IReadOnlyList<string>? Parse(string path)
    {
        var segments = new List<string>();
        var at = 0;
        while (at < path.Length)
        {
            if (path[at++] != '/') return null;
            if (at < path.Length && path[at] == '"')
            {
                var name = new StringBuilder();
                for (at++; at < path.Length && path[at] != '"'; at++)
                {
                    if (path[at] == '\\' && at + 1 < path.Length) at++;
                    name.Append(path[at]);
                }

                at++;
                segments.Add(name.ToString());
                continue;
            }

            var end = path.IndexOf('/', at);
            if (end < 0) end = path.Length;
            segments.Add(path[at..end]);
            at = end;
        }

        if (segments is [.., "?"]) segments.RemoveAt(segments.Count - 1);
        return segments.Count == 0 || segments.Contains("*") || segments.Contains("") ? null : segments;
    }
}
