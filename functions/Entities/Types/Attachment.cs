using Crm.Entities.Schema;

namespace Crm.Entities.Types;

public enum ScanState
{
    Pending,
    Clean,
    Infected,
}

/// <summary>A file about a record. Its content is sent and fetched at <c>/content</c>.</summary>
public sealed record Attachment : Entity
{
    [Personal, Sortable] public required string FileName { get; init; }

    /// <summary>A media type without parameters (RFC 6838). It belongs to the content: once there is some, it stays.</summary>
    [Form(TextForm.MediaType)] public required string ContentType { get; init; }

    /// <summary>Goes with its record.</summary>
    [Reference(
        "accounts", "activities", "campaigns", "cases", "contacts", "customers", "employees", "leads", "opportunities", "orders", "partners", "products",
        OnDelete = OnDelete.Cascade)]
    public required RecordLink Regarding { get; init; }

    /// <summary>In bytes; null as long as there is no content.</summary>
    [ServerSet, Sortable] public long? Size { get; init; }

    /// <summary>Of the content, as lower-case hex.</summary>
    [ServerSet] public string? Sha256 { get; init; }

    /// <summary>Which upload the content is from: each has a place of its own in storage.</summary>
    [ServerSet, NotFilterable] public string? ContentId { get; init; }

    [ServerSet] public ScanState ScanState { get; init; }

    protected internal override Entity Complete(WriteContext context)
    {
        if (context.Before is Attachment { ContentId: not null } before && before.ContentType != ContentType)
            context.Refuse("#/contentType", "not-allowed", "cannot change once there is content; create another attachment");
        return this;
    }
}
