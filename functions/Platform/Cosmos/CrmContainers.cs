using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Options;

namespace Crm.Platform.Cosmos;

/// <summary>The containers, as the code uses them.</summary>
public sealed class CrmContainers(CosmosClient client, IOptions<CosmosSettings> settings)
{
    private readonly Database _database = client.GetDatabase(settings.Value.Database);

    /// <summary>Records, and beside each its change and idempotency documents.</summary>
    public Container Records => _database.GetContainer(ContainerDeclarations.Records);

    /// <summary>The history log: every change there ever was, append-only.</summary>
    public Container History => _database.GetContainer(ContainerDeclarations.History);

    /// <summary>Where each function on the change feed stands. The Functions host writes it.</summary>
    public Container Leases => _database.GetContainer(ContainerDeclarations.Leases);

    /// <summary>Reservations of unique values, and number sequences.</summary>
    public Container Keys => _database.GetContainer(ContainerDeclarations.Keys);

    /// <summary>Who is sent what in campaigns, and what became of it.</summary>
    public Container Sends => _database.GetContainer(ContainerDeclarations.Sends);
}
