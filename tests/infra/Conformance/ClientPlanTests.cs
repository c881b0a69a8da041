using Crm.Local.Tests.Cosmos;
using Microsoft.Azure.Cosmos;

namespace Crm.Local.Tests.Conformance;

/// <summary>
/// Clients that plan for themselves, as the SDK does on Windows, send rewritten queries and say where to go on: they get the rows that those get
/// whom the store plans for. The SDK looks at the variable when a client is first used, so these tests run alone.
/// </summary>
[Collection(nameof(ClientPlanTests))]
[CollectionDefinition(nameof(ClientPlanTests), DisableParallelization = true)]
public sealed class ClientPlanTests(StoreFixture store) : IClassFixture<StoreFixture>, IAsyncLifetime
{
    private const string Switch = "AZURE_COSMOS_USE_QUERY_PLAN_INTEROP_LINUX";
    private const int Items = 30;

    private readonly List<string> _bodies = [];
    private CosmosClient? _client;
    private Container _served = null!;
    private Container _planning = null!;

    public async Task InitializeAsync()
    {
        if (NativePlanner.Instance is null) return;
        _served = await SeededAsync();
        Environment.SetEnvironmentVariable(Switch, "true");
        _client = StoreFixture.NewClient(store.Store, options => options.HttpClientFactory = () => new HttpClient(new Recorder(store.Store.Handler, _bodies), disposeHandler: false));
        _planning = _client.GetContainer(_served.Database.Id, _served.Id);
    }

    public Task DisposeAsync()
    {
        Environment.SetEnvironmentVariable(Switch, null);
        _client?.Dispose();
        return Task.CompletedTask;
    }

    [SkippableTheory]
    [InlineData("SELECT * FROM c")]
    [InlineData("SELECT * FROM c ORDER BY c.amount")]
    [InlineData("SELECT * FROM c WHERE c.amount > 0 ORDER BY c.amount DESC")]
    [InlineData("SELECT VALUE c.name FROM c ORDER BY c.mixed")]
    [InlineData("SELECT * FROM c ORDER BY c.amount OFFSET 3 LIMIT 11")]
    [InlineData("SELECT TOP 9 * FROM c ORDER BY c.mixed DESC")]
    [InlineData("SELECT DISTINCT VALUE c.amount FROM c ORDER BY c.amount")]
    [InlineData("SELECT c.id, t AS tag FROM c JOIN t IN c.tags WHERE t != 'b'")]
    public async Task Pages_GoOnFromTheirTokens(string query)
    {
        Skip.If(NativePlanner.Instance is null, NativePlanner.Absence);
        foreach (var key in new PartitionKey?[] { null, new PartitionKey("T1") })
        {
            var (whole, paged) = (new List<string>(), new List<string>());
            await ReadAsync(_served, query, key, size: 100, whole);
            string? token = null;
            do token = await ReadAsync(_planning, query, key, size: 4, paged, token);
            while (token is not null);
            Assert.Equal(whole, paged);
        }

        // Across partitions the client has a plan of its own; for one key it asks as the query stands.
        Assert.Equal(query.Contains("ORDER BY", StringComparison.Ordinal), _bodies[0].Contains("orderByItems", StringComparison.Ordinal));
    }

    [SkippableTheory]
    [InlineData("SELECT VALUE AVG(c.amount) FROM c")]
    [InlineData("SELECT COUNT(1) AS n, MIN(c.amount) AS least, MAX(c.mixed) AS most, SUM(c.amount) AS sum FROM c")]
    [InlineData("SELECT c.amount, COUNT(1) AS n, AVG(c.n) AS mean FROM c GROUP BY c.amount")]
    [InlineData("SELECT DISTINCT c.amount FROM c")]
    public async Task Merged_IsWhatTheStoreMakesOfIt(string query)
    {
        Skip.If(NativePlanner.Instance is null, NativePlanner.Absence);
        Assert.Equal(await AllAsync(_served), await AllAsync(_planning));

        async Task<IEnumerable<string>> AllAsync(Container container)
        {
            var rows = new List<string>();
            using var pages = container.GetItemQueryStreamIterator(query);
            while (pages.HasMoreResults) rows.AddRange(await RowsAsync(await pages.ReadNextAsync()));
            return rows.Order(StringComparer.Ordinal);
        }
    }

    /// <summary>Reads one page as a new request of a client that holds nothing but the token.</summary>
    private static async Task<string?> ReadAsync(Container container, string query, PartitionKey? key, int size, List<string> rows, string? token = null)
    {
        using var page = container.GetItemQueryStreamIterator(query, token, new QueryRequestOptions { PartitionKey = key, MaxItemCount = size });
        using var response = await page.ReadNextAsync();
        Assert.True(response.IsSuccessStatusCode, response.ErrorMessage);
        rows.AddRange(await RowsAsync(response));
        return page.HasMoreResults ? response.ContinuationToken : null;
    }

    private static async Task<IEnumerable<string>> RowsAsync(ResponseMessage response) =>
        (await StoreFixture.JsonAsync(response))["Documents"]!.AsArray().Select(row => row!.ToJsonString());

    private async Task<Container> SeededAsync()
    {
        var made = await store.NewContainerAsync();
        for (var n = 0; n < Items; n++)
        {
            var mixed = n % 6 == 5 ? "" : $$""","mixed":{{((string[])["null", "true", "7", "\"a\"", "[1]"])[n % 6]}}""";
            using var created = await made.CreateItemStreamAsync(
                StoreFixture.Utf8($$"""{"id":"i{{n}}","tenantId":"T{{n % 3}}","name":"n{{n}}","n":{{n}},"amount":{{n % 4}},"tags":["a","b"]{{mixed}}}"""),
                new PartitionKey($"T{n % 3}"));
            Assert.True(created.IsSuccessStatusCode);
        }

        return made;
    }

    /// <summary>Writes down what is posted.</summary>
    private sealed class Recorder(HttpMessageHandler store, List<string> bodies) : DelegatingHandler(store)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Method == HttpMethod.Post) bodies.Add(await request.Content!.ReadAsStringAsync(cancellationToken));
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
