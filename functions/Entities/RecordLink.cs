namespace Crm.Entities;

/// <summary>A reference to a record of one of several collections.</summary>
public sealed record RecordLink
{
    /// <summary>The collection's name.</summary>
    public required string Type { get; init; }

    public required string Id { get; init; }
}
