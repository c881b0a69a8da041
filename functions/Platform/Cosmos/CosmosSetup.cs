using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Crm.Platform.Cosmos;

/// <summary>
/// Creates the database and its containers where a connection string is in use: on one machine and on emulators. On Azure the templates
/// create them, and the app's identity may not.
/// </summary>
internal sealed class CosmosSetup(CosmosClient client, IOptions<CosmosSettings> settings, IReadOnlyList<ContainerProperties> containers) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (settings.Value.ConnectionString is null)
            return;

        Database database = await client.CreateDatabaseIfNotExistsAsync(settings.Value.Database, cancellationToken: cancellationToken);
        foreach (var declared in containers)
        {
            var present = await database.CreateContainerIfNotExistsAsync(declared, cancellationToken: cancellationToken);

            // An older version of the app made it with fewer indexed paths.
            if (!Indexed(present.Resource).SetEquals(Indexed(declared)))
                await present.Container.ReplaceContainerAsync(declared, cancellationToken: cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static HashSet<string> Indexed(ContainerProperties container) =>
        [.. container.IndexingPolicy.IncludedPaths.Select(path => path.Path)];
}
