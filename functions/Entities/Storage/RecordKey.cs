using Microsoft.Azure.Cosmos;

namespace Crm.Entities.Storage;

/// <summary>The whole partition key of a record: the route and the caller give it, so that a read by id is a point read.</summary>
public readonly record struct RecordKey(string TenantId, string Collection, string Id)
{
    public PartitionKey Partition => new PartitionKeyBuilder().Add(TenantId).Add(Collection).Add(Id).Build();
}
