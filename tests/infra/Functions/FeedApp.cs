using System.Collections.Concurrent;
using Crm.Local.Tests.Cosmos;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Crm.Local.Tests.Functions;

/// <summary>An app over a store with the containers <c>items</c> and <c>leases</c>, whose functions note what reaches them.</summary>
internal sealed class FeedApp(TestApp app, Notes notes) : IAsyncDisposable
{
    public const string Account = $"AccountEndpoint=http://127.0.0.1:8081/;AccountKey={StoreFixture.AccountKey}";

    public TestApp App => app;

    public Notes Notes => notes;

    public Database Database => app.Host.Services.GetRequiredService<CosmosClient>().GetDatabase("crm");

    public Container Items => Database.GetContainer("items");

    public static Task<FeedApp> StartAsync<T>(TestApp.Options? options = null, string leases = "leases") => StartAsync([typeof(T)], options, leases);

    public static async Task<FeedApp> StartAsync(Type[] functions, TestApp.Options? options = null, string leases = "leases")
    {
        var notes = new Notes();
        options ??= new TestApp.Options();
        options = options with { Arguments = [$"--Cosmos={Account}", .. options.Arguments] };
        return new(await TestApp.StartAsync(functions, builder => Configure(builder, leases, notes), options), notes);
    }

    public static void Configure(FunctionsApplicationBuilder builder, string leases, Notes notes)
    {
        builder.ConfigureFunctionsWebApplication();
        builder.Services.AddSingleton(notes);
        builder.Services.AddSingleton(services => new CosmosClient(Account, services.GetRequiredService<IOptions<CosmosClientOptions>>().Value));
        builder.Services.AddSingleton<IHostedService>(services => new CreateContainers(services.GetRequiredService<CosmosClient>(), leases));
    }

    public async Task AddAsync(params string[] ids)
    {
        foreach (var id in ids)
            await Items.CreateItemAsync(new Item(id, "T1"), new PartitionKey("T1"));
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private sealed class CreateContainers(CosmosClient client, string leases) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            Database database = await client.CreateDatabaseIfNotExistsAsync("crm", cancellationToken: cancellationToken);
            await database.CreateContainerIfNotExistsAsync("items", "/tenantId", cancellationToken: cancellationToken);
            await database.CreateContainerIfNotExistsAsync(new ContainerProperties(leases, "/id") { DefaultTimeToLive = -1 }, cancellationToken: cancellationToken);
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>What functions saw, in order.</summary>
public sealed class Notes
{
    private readonly ConcurrentQueue<string> _all = [];

    public string[] All => [.. _all];

    public string? LastBatch { get; set; }

    public void Add(params IEnumerable<string> notes)
    {
        foreach (var note in notes)
            _all.Enqueue(note);
    }

    /// <summary>Waits until there are so many.</summary>
    public async Task<string[]> AtLeastAsync(int count)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (_all.Count < count)
        {
            if (deadline.IsCancellationRequested) Assert.Fail($"Waited for {count} notes; there are: {string.Join(", ", _all)}");
            await Task.Delay(10, CancellationToken.None);
        }

        return All;
    }
}
