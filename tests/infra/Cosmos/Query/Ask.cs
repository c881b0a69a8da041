using System.Text;
using System.Text.Json;
using Crm.Local.Cosmos.Query;

namespace Crm.Local.Tests.Cosmos.Query;

/// <summary>Runs queries as a client would.</summary>
internal static class Ask
{
    public static Dictionary<string, JsonElement> Parameters(object? values = null) =>
        values is null
            ? []
            : JsonSerializer.SerializeToElement(values).EnumerateObject().ToDictionary(member => "@" + member.Name, member => member.Value.Clone());

    /// <summary>The rows of one page as they are written, separated by commas.</summary>
    public static string Page(this InMemoryItems items, string query, object? parameters = null) =>
        Text(CosmosQuery.Parse(query).Run(Parameters(parameters), new QueryRequest(EpkRange.All, 1000, null), items));

    /// <summary>All rows, page by page.</summary>
    public static List<string> Pages(
        this IItemReader items, string query, int size, bool narrow = true, object? parameters = null, EpkRange? range = null, int few = 1000, Action? between = null)
    {
        var parsed = CosmosQuery.Parse(query);
        var pages = new List<string>();
        string? token = null;
        do
        {
            var page = parsed.Run(Parameters(parameters), new QueryRequest(range ?? EpkRange.All, size, token), items, narrow, few);
            Assert.InRange(page.Count, 0, size);
            Assert.True(page.Count > 0 || page.Continuation is null, "an empty page that is not the last");
            if (page.Count > 0) pages.Add(Text(page));
            token = page.Continuation;
            Assert.True(pages.Count < 10_000, "pages without end");
            between?.Invoke();
        }
        while (token is not null);
        return pages;
    }

    private static string Text(QueryPage page) => Encoding.UTF8.GetString(page.Rows.Span);
}
