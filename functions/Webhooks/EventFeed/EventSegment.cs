using System.Globalization;
using System.Text.Json.Serialization;
using Crm.Entities.Changes;
using Crm.Platform.Cosmos;

namespace Crm.Webhooks.EventFeed;

/// <summary>An event in the log: which one it is, and nothing of what the record holds.</summary>
public sealed record LoggedEvent(string Entity, string RecordId, int Version, int Index, string Type, DateTimeOffset OccurredAt)
{
    /// <summary>What tells it from every other.</summary>
    [JsonIgnore]
    public (string, string, int, int) Place => (Entity, RecordId, Version, Index);

    public static LoggedEvent Of(Change change, int index) => new(change.Entity, change.RecordId, change.Version, index, change.Events[index], change.OccurredAt);

    public RecordEvent In(string tenantId) =>
        new(RecordEvent.IdOf(tenantId, Entity, RecordId, Version, Index), tenantId, Type, Entity, RecordId, Version, Index, OccurredAt, TraceParent: null);
}

/// <summary>
/// A piece of a tenant's event log. Pieces are numbered from 1 without gaps; only the last is added to, and a new one is begun when it is full. So what is
/// written later has a later place, whenever it happened.
/// </summary>
public sealed record EventSegment(IReadOnlyList<LoggedEvent> Events) : KeyDocument
{
    /// <summary>A segment is written with each of its events: few make each write cheap, many make few reads.</summary>
    public const int Most = 50;

    public const string ScopeName = "event-log";

    public override string Scope => ScopeName;

    [JsonIgnore]
    public long Number => long.Parse(Id, CultureInfo.InvariantCulture);

    [JsonIgnore]
    public bool IsFull => Events.Count >= Most;

    /// <summary>In the order of numbers.</summary>
    public static string IdOf(long number) => number.ToString("D12", CultureInfo.InvariantCulture);

    public static EventSegment New(string tenantId, long number, IReadOnlyList<LoggedEvent> events) => new(events) { Id = IdOf(number), TenantId = tenantId };
}
