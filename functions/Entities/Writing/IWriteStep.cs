using System.Text.Json.Nodes;
using Crm.Entities.Storage;

namespace Crm.Entities.Writing;

/// <summary>What another slice has to do in every write of some entities. Scoped.</summary>
public interface IWriteStep
{
    bool Concerns(EntityType type);

    /// <summary>Before a new record is compared and checked for uniqueness: fills in what the server sets.</summary>
    void Fill(EntityType type, RecordKey key, JsonObject created, WriteContext context);

    /// <summary>Before the batch, with the record as it was and as it will be; null where there is none. A crash may follow, and the batch may fail.</summary>
    Task PrepareAsync(EntityType type, RecordKey key, JsonObject? before, JsonObject? after, CancellationToken cancellation);

    /// <summary>After the batch is committed.</summary>
    void Committed(RecordKey key);
}
