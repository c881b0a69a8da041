using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Crm.Entities.Schema;
using Crm.Platform.Auth;

namespace Crm.Entities;

/// <summary>
/// What every record has (product model, "Envelope"). A subtype declares its fields with attributes, and its rules by overriding
/// <see cref="WithDefaults"/> and <see cref="Complete"/>.
/// </summary>
public abstract record Entity
{
    [ServerSet, JsonPropertyOrder(-4)] public string Id { get; init; } = "";

    /// <summary>The collection's name.</summary>
    [ServerSet, JsonPropertyOrder(-3)] public string Type { get; init; } = "";

    /// <summary>1, 2, 3 … without gaps, through delete and restore.</summary>
    [ServerSet, JsonPropertyOrder(-2)] public int Version { get; init; }

    /// <summary>The strong entity tag: the version in quotes.</summary>
    [ServerSet, NotFilterable, JsonPropertyOrder(-1)] public string Etag { get; init; } = "";

    [ServerSet, Sortable] public DateTimeOffset CreatedAt { get; init; }

    [ServerSet] public Actor? CreatedBy { get; init; }

    [ServerSet, Sortable] public DateTimeOffset UpdatedAt { get; init; }

    [ServerSet] public Actor? UpdatedBy { get; init; }

    /// <summary>The caller, unless another is named.</summary>
    [Reference("users")] public string? OwnerId { get; init; }

    [Reference("teams"), MaxLength(20)] public IReadOnlyList<string> TeamIds { get; init; } = [];

    /// <summary>The record's ids in other systems. A pair of source and id belongs to one record of a type.</summary>
    [Unique, MaxLength(20)] public IReadOnlyList<ExternalId> ExternalIds { get; init; } = [];

    [MaxLength(50)] public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Custom fields by key; empty as long as none are defined.</summary>
    public JsonObject? Custom { get; init; }

    [LongText] public string? Description { get; init; }

    /// <summary>What the server fills in where the client is silent, before references are read.</summary>
    protected internal virtual Entity WithDefaults(WriteContext context) => this;

    /// <summary>Records the rules must see beside those that the changed references name.</summary>
    protected internal virtual IEnumerable<RecordRef> Reads(WriteContext context) => [];

    /// <summary>Computed fields, and the rules that span fields or records. Referenced records are at hand in <paramref name="context"/>.</summary>
    protected internal virtual Entity Complete(WriteContext context) => this;

    /// <summary>Why this record cannot be deleted in the state it is in, or null.</summary>
    protected internal virtual string? WhyNotDelete() => null;
}

/// <summary>A record's id in another system.</summary>
public sealed record ExternalId
{
    [StringLength(100, MinimumLength = 1)] public required string Source { get; init; }

    [StringLength(255, MinimumLength = 1)] public required string Id { get; init; }
}
