using System.Globalization;
using Crm.Local.Functions.Settings;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;

namespace Crm.Local.Functions.ChangeFeed;

/// <summary>A trigger's attribute with its settings in place and its defaults filled in.</summary>
internal sealed record FeedSource
{
    // What the extension takes for a missing Connection.
    private const string DefaultConnection = "CosmosDB";

    private FeedSource(CosmosDBTriggerAttribute attribute, IConfiguration configuration)
    {
        Attribute = attribute;
        Database = configuration.Resolve(attribute.DatabaseName);
        Container = configuration.Resolve(attribute.ContainerName);
        Connection = attribute.Connection ?? DefaultConnection;
        LeaseDatabase = configuration.Resolve(attribute.LeaseDatabaseName ?? attribute.DatabaseName);
        LeaseContainer = configuration.Resolve(attribute.LeaseContainerName ?? "leases");
        LeaseConnection = string.IsNullOrEmpty(attribute.LeaseConnection) ? Connection : attribute.LeaseConnection;
        Prefix = configuration.Resolve(attribute.LeaseContainerPrefix ?? "");
        Regions = attribute.PreferredLocations is { } regions ? configuration.Resolve(regions) : null;
        Start = StartOf(attribute, configuration);
    }

    public string Database { get; }

    public string Container { get; }

    public string Connection { get; }

    public string LeaseDatabase { get; }

    public string LeaseContainer { get; }

    public string LeaseConnection { get; }

    /// <summary>The processor's name: all that tells apart the leases of two functions on one container.</summary>
    public string Prefix { get; }

    public string? Regions { get; }

    private CosmosDBTriggerAttribute Attribute { get; }

    /// <summary>Null is from now.</summary>
    private DateTime? Start { get; }

    /// <exception cref="InvalidOperationException">What the real listener would not start.</exception>
    public static FeedSource Of(CosmosDBTriggerAttribute attribute, IConfiguration configuration)
    {
        var source = new FeedSource(attribute, configuration);
        if (attribute.ChangeFeedMode is not CosmosDBChangeFeedMode.LatestVersion)
            throw new InvalidOperationException($"The trigger on {source.Database}/{source.Container} asks for {attribute.ChangeFeedMode}; the local host reads latest versions only.");
        return (source.Connection, source.Database, source.Container) == (source.LeaseConnection, source.LeaseDatabase, source.LeaseContainer)
            ? throw new InvalidOperationException("The monitored container cannot be the same as the container storing the leases.")
            : source;
    }

    /// <summary>The container with the leases, made if the attribute asks for it.</summary>
    public async Task<Container> LeasesAsync(CosmosClient client)
    {
        if (!Attribute.CreateLeaseContainerIfNotExists) return client.GetContainer(LeaseDatabase, LeaseContainer);
        Database database = await client.CreateDatabaseIfNotExistsAsync(LeaseDatabase);
        var properties = new ContainerProperties(LeaseContainer, "/id") { DefaultTimeToLive = -1 };
        return await database.CreateContainerIfNotExistsAsync(properties, Attribute.LeasesContainerThroughput is > 0 and var throughput ? throughput : null);
    }

    public ChangeFeedProcessorBuilder Configure(ChangeFeedProcessorBuilder builder)
    {
        if (Attribute.MaxItemsPerInvocation > 0) builder.WithMaxItems(Attribute.MaxItemsPerInvocation);
        if (Start is { } start) builder.WithStartTime(start);
        if (Milliseconds(Attribute.FeedPollDelay) is { } delay) builder.WithPollInterval(delay);
        return builder.WithLeaseConfiguration(Milliseconds(Attribute.LeaseAcquireInterval), Milliseconds(Attribute.LeaseExpirationInterval), Milliseconds(Attribute.LeaseRenewInterval));
    }

    private static DateTime? StartOf(CosmosDBTriggerAttribute attribute, IConfiguration configuration)
    {
        if (string.IsNullOrEmpty(attribute.StartFromTime)) return attribute.StartFromBeginning ? DateTime.MinValue.ToUniversalTime() : null;
        if (attribute.StartFromBeginning) throw new InvalidOperationException("Only one of StartFromBeginning or StartFromTime can be used.");
        return DateTime.TryParse(configuration.Resolve(attribute.StartFromTime), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw new InvalidOperationException($"StartFromTime is \"{attribute.StartFromTime}\"; ISO 8601 in UTC is expected, such as 2021-02-16T14:19:29Z.");
    }

    private static TimeSpan? Milliseconds(int value) => value > 0 ? TimeSpan.FromMilliseconds(value) : null;
}
