using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Azure.Cosmos;

namespace Crm.Platform.Cosmos;

/// <summary>The rows of queries, one after the other, page by page as they are asked for.</summary>
internal static class Rows
{
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
