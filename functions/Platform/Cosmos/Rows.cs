using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Azure.Cosmos;

namespace Crm.Platform.Cosmos;

/// <summary>
/// How queries are asked. What lies in one physical partition is sent at once and answered in one round trip; the SDK asks for a plan first only where it finds
/// several, or where the query adds up, groups or leaves out what is equal.
/// </summary>
internal static class Rows
{
    /// <summary>Kilobytes: what clients get to go on with has to fit into a request line.</summary>
    private const int MaxContinuation = 2;

    /// <summary>A query whose pages are handed on, each with the continuation to the next.</summary>
    /// <param name="size">Of a page; -1 leaves it to the database.</param>
    public static FeedIterator Pages(this Container container, QueryDefinition query, PartitionKey partition, int size, string? continuation) =>
        container.GetItemQueryStreamIterator(query, continuation, new QueryRequestOptions
        {
            PartitionKey = partition,
            MaxItemCount = size,
            ResponseContinuationTokenLimitInKb = MaxContinuation,
            EnableOptimisticDirectExecution = true,
        });

    /// <summary>All rows, one after the other, page by page as they are asked for.</summary>
    /// <param name="partition">Null reads all of them.</param>
    /// <param name="latest">Sees the latest write of any instance.</param>
    /// <exception cref="CosmosException">The database failed.</exception>
    public static async IAsyncEnumerable<JsonElement> RowsAsync(
        this Container container, QueryDefinition query, PartitionKey? partition, RequestCharge charge, bool latest = false, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var pages = container.GetItemQueryStreamIterator(query, requestOptions: new QueryRequestOptions
        {
            PartitionKey = partition,
            ConsistencyLevel = latest ? ConsistencyLevel.Strong : null,
            EnableOptimisticDirectExecution = true,
        });
        while (pages.HasMoreResults)
        {
            using var page = await pages.ReadNextAsync(cancellation);
            charge.Add(page.Headers.RequestCharge);
            page.EnsureSuccessStatusCode();
            var body = await page.Content.ParseAsync(cancellation);
            foreach (var row in body.GetProperty("Documents").EnumerateArray())
                yield return row;
        }
    }
}
