using System.Net;
using Microsoft.Azure.Cosmos;

namespace Crm.Benchmarks.Store;

/// <summary>What clients ask of a container of the store.</summary>
internal static class StoreOperations
{
    private const int PageSize = 50;

    private static readonly ItemRequestOptions NoContent = new() { EnableContentResponseOnWrite = false };
    private static readonly TransactionalBatchItemRequestOptions NoContentInBatch = new() { EnableContentResponseOnWrite = false };
    private static readonly QueryRequestOptions Partition = new()
    {
        PartitionKey = new PartitionKeyBuilder().Add(Records.Tenant).Add(Records.Entity).Build(),
        MaxItemCount = PageSize,
    };

    // Beyond those that were loaded.
    private static int _made = 50_000_000;

    public static IReadOnlyList<(string Name, Func<Container, int, Random, Task> Once)> All { get; } =
    [
        ("point read", ReadAsync),
        ("create", (container, _, _) => CreateAsync(container)),
        ("batch of two creates", (container, _, _) => BatchAsync(container)),
        ("page of 50, filtered, sorted", (container, _, random) => PageAsync(container, Records.Page + Records.Filter + Records.Order, random)),
    ];

    public static IReadOnlyList<(string Name, string Query)> Pages { get; } =
    [
        ("filtered, sorted", Records.Page + Records.Filter + Records.Order),
        ("filtered", Records.Page + Records.Filter),
        ("sorted", Records.Page + Records.Order),
    ];

    public static async Task ReadAsync(Container container, int size, Random random)
    {
        var n = random.Next(size);
        using var response = await container.ReadItemStreamAsync(Records.Id(n), Records.Key(n));
        Check(response.StatusCode, HttpStatusCode.OK, response.ErrorMessage);
    }

    public static async Task CreateAsync(Container container)
    {
        var n = Interlocked.Increment(ref _made);
        using var record = new MemoryStream(Records.Json(n));
        using var response = await container.CreateItemStreamAsync(record, Records.Key(n), NoContent);
        Check(response.StatusCode, HttpStatusCode.Created, response.ErrorMessage);
    }

    public static async Task PageAsync(Container container, string query, Random random)
    {
        using var pages = container.GetItemQueryStreamIterator(Records.Query(query, random), requestOptions: Partition);
        using var response = await pages.ReadNextAsync();
        Check(response.StatusCode, HttpStatusCode.OK, response.ErrorMessage);
    }

    /// <summary>A record and, beside it, what is said of its change: as the CRM writes them.</summary>
    private static async Task BatchAsync(Container container)
    {
        var n = Interlocked.Increment(ref _made);
        using var record = new MemoryStream(Records.Json(n));
        using var change = new MemoryStream(Records.Change(n));
        using var response = await container.CreateTransactionalBatch(Records.Key(n))
            .CreateItemStream(record, NoContentInBatch).CreateItemStream(change, NoContentInBatch).ExecuteAsync();
        Check(response.StatusCode, HttpStatusCode.OK, response.ErrorMessage);
    }

    private static void Check(HttpStatusCode status, HttpStatusCode expected, string message)
    {
        if (status != expected) throw new InvalidOperationException($"{(int)status} instead of {(int)expected}: {message}");
    }
}
