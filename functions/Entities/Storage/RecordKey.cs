using Microsoft.Azure.Cosmos;

namespace Crm.Entities.Storage;

/// <summary>The whole partition key of a record: the route and the caller give it, so that a read by id is a point read.</summary>
public readonly record struct RecordKey(string TenantId, string Collection, string Id)
{
    public PartitionKey Partition => new PartitionKeyBuilder().Add(TenantId).Add(Collection).Add(Id).Build();

    public RecordRef Reference => new(Collection, Id);

    /// <summary>
    /// The record as one value: what <c>history</c> is partitioned by below the tenant, so that the changes of a tenant are one index in order of
    /// time, and one in order of records.
    /// </summary>
    public string Path => $"{Collection}/{Id}";

    public PartitionKey HistoryPartition => new PartitionKeyBuilder().Add(TenantId).Add(Path).Build();
}
