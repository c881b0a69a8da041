using System.Globalization;
using Crm.Entities.Changes;
using Crm.Entities.Storage;
using Crm.Platform;

namespace Crm.Webhooks;

/// <summary>One event of a record: which one it is, and nothing of what the record holds.</summary>
/// <param name="Id">The receiver's key to tell what it has seen: the same wherever and however often the event is told.</param>
/// <param name="Index">Which event of its change it is.</param>
public sealed record RecordEvent(
    string Id, string TenantId, string Type, string Entity, string RecordId, int Version, int Index, DateTimeOffset OccurredAt, string? TraceParent)
{
    /// <summary>What ids of events begin with.</summary>
    public const string Prefix = "evt_";

    public RecordKey Key => new(TenantId, Entity, RecordId);

    /// <summary>The event that a change announces at a place in its list.</summary>
    public static RecordEvent Of(Change change, int index) => new(
        IdOf(change.TenantId, change.Entity, change.RecordId, change.Version, index), change.TenantId, change.Events[index], change.Entity, change.RecordId, change.Version, index,
        change.OccurredAt, change.TraceParent);

    public static string IdOf(string tenantId, string entity, string recordId, int version, int index) =>
        Prefix + Ids.From(string.Create(CultureInfo.InvariantCulture, $"{tenantId}/{entity}/{recordId}/{Change.IdOf(version)}/{index}"));
}
