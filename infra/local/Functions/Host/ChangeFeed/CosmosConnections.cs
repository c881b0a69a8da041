using System.Collections.Concurrent;
using Azure.Core;
using Azure.Identity;
using Crm.Local.Functions.Cosmos;
using Crm.Local.Functions.Settings;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Configuration;

namespace Crm.Local.Functions.ChangeFeed;

/// <summary>The host's own clients, as the trigger's extension makes them: nothing the app says about its client or serializer reaches them.</summary>
internal sealed class CosmosConnections(IConfiguration configuration, LocalCosmos local) : IDisposable
{
    private readonly ConcurrentDictionary<(string Setting, string? Regions), CosmosClient> _clients = new();

    /// <param name="setting">A connection string or a section with <c>accountEndpoint</c> and perhaps <c>credential</c> and <c>clientId</c>.</param>
    /// <param name="regions">Preferred ones, with commas between.</param>
    /// <exception cref="InvalidOperationException">There is no such setting, or it is neither.</exception>
    public CosmosClient Client(string setting, string? regions) => _clients.GetOrAdd((setting, regions), key => Create(configuration.Connection(key.Setting), key.Regions));

    public void Dispose()
    {
        foreach (var client in _clients.Values)
            client.Dispose();
    }

    private CosmosClient Create(IConfigurationSection connection, string? regions)
    {
        var options = new CosmosClientOptions { ConnectionMode = ConnectionMode.Gateway, ApplicationName = "CosmosDBTriggerFunctions" };
        if (local.Is(connection.Value)) local.Configure(options);
        else if (regions is not null) options.ApplicationPreferredRegions = regions.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (!string.IsNullOrWhiteSpace(connection.Value)) return new CosmosClient(connection.Value, options);
        return connection["accountEndpoint"] is { Length: > 0 } endpoint
            ? new CosmosClient(endpoint, Credential(connection), options)
            : throw new InvalidOperationException($"The connection '{connection.Path}' must be a connection string or have an 'accountEndpoint'.");
    }

    private static TokenCredential Credential(IConfigurationSection connection)
    {
        var client = connection["clientId"];
        if (connection["credential"] is not "managedidentity") return new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = client });
        return new ManagedIdentityCredential(client is null ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(client));
    }
}
