using Crm.Local.Functions.Catalog;
using Crm.Local.Functions.Cosmos;
using Crm.Local.Functions.Invocation;
using Crm.Local.Functions.Settings;
using Crm.Local.Functions.Startup;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Crm.Local.Functions.ChangeFeed;

/// <summary>The Cosmos trigger: for each function the SDK's change-feed processor, over a lease container.</summary>
internal sealed class CosmosTriggerListener(FunctionRetries functions, IConfiguration configuration, LocalCosmos local, ILogger<CosmosTriggerListener> logger) : ITriggerListener, IDisposable
{
    private readonly CosmosConnections _connections = new(configuration, local);
    private FeedFunction[] _feeds = [];

    public Type TriggerAttribute => typeof(CosmosDBTriggerAttribute);

    public IReadOnlyCollection<string> Addresses => [];

    public string? Example => null;

    public void Take(IReadOnlyList<LocalFunction> own, HostJson hostJson) => _feeds = [.. own.Select(Feed)];

    public Task StartAsync(CancellationToken cancellation) => Task.WhenAll(_feeds.Select(feed => feed.StartAsync(_connections)));

    public Task StopAsync(CancellationToken deadline) => Task.WhenAll(_feeds.Select(feed => feed.StopAsync(deadline)));

    public void Dispose()
    {
        _connections.Dispose();
        foreach (var feed in _feeds)
            feed.Dispose();
    }

    private FeedFunction Feed(LocalFunction function)
    {
        try
        {
            return new FeedFunction(function, FeedSource.Of((CosmosDBTriggerAttribute)function.Trigger, configuration), functions, logger);
        }
        catch (InvalidOperationException e)
        {
            throw new StartException($"Function '{function.Name}': {e.Message}", e);
        }
    }
}
