using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>
/// The change feed of a container. Times are milliseconds; 0 means the default. A <c>%Name%</c> in a text is looked up in the settings.
/// The host reads and writes the documents with Newtonsoft's defaults: any text in them that looks like a time of day arrives rewritten
/// (<c>…:09.100Z</c> as <c>…:09.1Z</c>, another offset as the machine's). Read a document again where its very text matters.
/// </summary>
[BindingCapabilities(KnownBindingCapabilities.FunctionLevelRetry)]
public sealed class CosmosDBTriggerAttribute : TriggerBindingAttribute
{
    public CosmosDBTriggerAttribute(string databaseName, string containerName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(databaseName);
        ArgumentException.ThrowIfNullOrWhiteSpace(containerName);
        DatabaseName = databaseName;
        ContainerName = containerName;
    }

    public string ContainerName { get; }

    public string DatabaseName { get; }

    /// <summary>The name of a setting with a connection string, or of a section with <c>accountEndpoint</c>. Null means the setting <c>CosmosDB</c>.</summary>
    public string? Connection { get; set; }

    /// <summary>Null means <c>leases</c>.</summary>
    public string? LeaseContainerName { get; set; }

    /// <summary>Null means the database of the monitored container.</summary>
    public string? LeaseDatabaseName { get; set; }

    /// <summary>Null means the account of the monitored container.</summary>
    public string? LeaseConnection { get; set; }

    public bool CreateLeaseContainerIfNotExists { get; set; }

    /// <summary>Request units a second, when the lease container is created.</summary>
    public int LeasesContainerThroughput { get; set; }

    /// <summary>Set apart functions that share a lease container and watch the same container: without it they would share the changes.</summary>
    public string? LeaseContainerPrefix { get; set; }

    /// <summary>How long to wait before looking again when there was nothing new; 5000 by default.</summary>
    public int FeedPollDelay { get; set; }

    /// <summary>17000 by default.</summary>
    public int LeaseRenewInterval { get; set; }

    /// <summary>13000 by default.</summary>
    public int LeaseAcquireInterval { get; set; }

    /// <summary>How long a lease that is not renewed is held, so how long the feed stands still after a crash; 60000 by default.</summary>
    public int LeaseExpirationInterval { get; set; }

    /// <summary>0 leaves it to the service.</summary>
    public int MaxItemsPerInvocation { get; set; }

    /// <summary>When there is no lease yet: from the first change rather than from now.</summary>
    public bool StartFromBeginning { get; set; }

    /// <summary>When there is no lease yet: from this time, ISO 8601 in UTC.</summary>
    public string? StartFromTime { get; set; }

    public string? PreferredLocations { get; set; }

    public CosmosDBChangeFeedMode ChangeFeedMode { get; set; }
}

public enum CosmosDBChangeFeedMode
{
    LatestVersion,
    AllVersionsAndDeletes,
}
