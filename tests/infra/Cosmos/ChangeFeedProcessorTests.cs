using System.Collections.Concurrent;
using Microsoft.Azure.Cosmos;

namespace Crm.Local.Tests.Cosmos;

/// <summary>The SDK's processor and estimator over the store: one range, so one lease, however many share it.</summary>
public sealed class ChangeFeedProcessorTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    private readonly ConcurrentQueue<(string Instance, string Id)> _seen = [];

    [Fact]
    public async Task Processor_DeliversEachChangeAndGoesOnWhereItStopped()
    {
        var (container, leases) = await NewAsync();
        var first = Processor(container, leases, "first");
        await first.StartAsync();
        await AddAsync(container, 0, 10);
        await SeenAsync(10);
        await first.StopAsync();
        await AddAsync(container, 10, 10);
        var second = Processor(container, leases, "second");
        await second.StartAsync();
        await SeenAsync(20);
        await second.StopAsync();
        Assert.Equal(Enumerable.Range(0, 20).Select(number => $"i{number}"), _seen.Select(change => change.Id));
        Assert.Single(await LeasesAsync(leases));
    }

    [Fact]
    public async Task Processors_SharingLeases_TakeOverFromOneThatDied()
    {
        var (container, leases) = await NewAsync();
        var line = new Line(store.Store.Handler);
        using var dying = StoreFixture.NewClient(store.Store, options => options.HttpClientFactory = () => new HttpClient(line, disposeHandler: false));
        var first = Processor(dying.GetContainer(container.Database.Id, container.Id), dying.GetContainer(leases.Database.Id, leases.Id), "first");
        await first.StartAsync();
        await AddAsync(container, 0, 1);
        await SeenAsync(1);
        var second = Processor(container, leases, "second");
        await second.StartAsync();
        await AddAsync(container, 1, 1);
        await SeenAsync(2);
        Assert.All(_seen, change => Assert.Equal("first", change.Instance));

        line.IsCut = true;
        await AddAsync(container, 2, 5);
        await SeenAsync(7);
        Assert.All(_seen.Skip(2), change => Assert.Equal("second", change.Instance));
        await second.StopAsync();
    }

    [Fact]
    public async Task Processor_WhoseHandlerThrows_GetsTheSameBatchAgain()
    {
        var (container, leases) = await NewAsync();
        var processor = Processor(container, leases, "first", failures: 2);
        await processor.StartAsync();
        await AddAsync(container, 0, 1);
        await SeenAsync(3);
        await processor.StopAsync();
        Assert.Equal(["i0", "i0", "i0"], _seen.Select(change => change.Id));
    }

    [Fact]
    public async Task Estimator_CountsWhatIsNotYetProcessed()
    {
        var (container, leases) = await NewAsync();
        var processor = Processor(container, leases, "first");
        await processor.StartAsync();
        await AddAsync(container, 0, 3);
        await SeenAsync(3);
        await processor.StopAsync();
        await AddAsync(container, 3, 7);
        using var states = container.GetChangeFeedEstimator("p", leases).GetCurrentStateIterator();
        Assert.Equal(7, Assert.Single(await states.ReadNextAsync()).EstimatedLag);
    }

    private async Task<(Container Items, Container Leases)> NewAsync()
    {
        var container = await store.NewContainerAsync();
        return (container, await container.Database.CreateContainerAsync(new ContainerProperties("leases", "/id") { DefaultTimeToLive = -1 }));
    }

    private ChangeFeedProcessor Processor(Container container, Container leases, string instance, int failures = 0) => container
        .GetChangeFeedProcessorBuilder<Item>("p", (IReadOnlyCollection<Item> changes, CancellationToken _) =>
        {
            foreach (var change in changes)
                _seen.Enqueue((instance, change.id));
            return failures-- > 0 ? throw new InvalidOperationException("at fault") : Task.CompletedTask;
        })
        .WithInstanceName(instance).WithLeaseContainer(leases).WithPollInterval(TimeSpan.FromMilliseconds(20)).WithStartTime(DateTime.MinValue.ToUniversalTime())
        .WithLeaseConfiguration(acquireInterval: TimeSpan.FromMilliseconds(200), expirationInterval: TimeSpan.FromSeconds(2), renewInterval: TimeSpan.FromMilliseconds(200))
        .Build();

    private static async Task AddAsync(Container container, int first, int count)
    {
        for (var number = first; number < first + count; number++)
            await container.CreateItemAsync(new Item($"i{number}", "T1"), new PartitionKey("T1"));
    }

    private async Task SeenAsync(int count)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (_seen.Count < count)
            await Task.Delay(20, deadline.Token);
    }

    private static async Task<List<Lease>> LeasesAsync(Container leases) =>
        await StoreFixture.AllAsync(leases.GetItemQueryIterator<Lease>("SELECT c.id FROM c WHERE IS_DEFINED(c.LeaseToken)"));

#pragma warning disable IDE1006 // The property name is the JSON name.
    private sealed record Lease(string id);
#pragma warning restore IDE1006

    /// <summary>What a process that is no longer there does: nothing reaches the store from it.</summary>
    private sealed class Line(HttpMessageHandler store) : DelegatingHandler(store)
    {
        public bool IsCut { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            IsCut ? throw new HttpRequestException("cut") : base.SendAsync(request, cancellationToken);
    }
}
