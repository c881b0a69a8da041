using Crm.Entities.Schema;

namespace Crm.Entities.Types;

/// <summary>Something worth remembering about a record.</summary>
public sealed record Note : Entity
{
    [Personal, LongText] public required string Body { get; init; }

    /// <summary>Restricts: a record is not deleted while there are notes on it, for a note about nothing says nothing.</summary>
    [Reference("accounts", "activities", "campaigns", "cases", "contacts", "customers", "employees", "leads", "opportunities", "orders", "partners", "products")]
    public required RecordLink Regarding { get; init; }

    [Sortable] public bool IsPinned { get; init; }
}
