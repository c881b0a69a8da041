using System.ComponentModel.DataAnnotations;

namespace Crm.Entities.Types;

/// <summary>
/// What goes into a field: a value of the event (<see cref="From"/>), a text made of its values (<see cref="Template"/>), or always the same
/// (<see cref="Value"/>). Pointers are JSON pointers (RFC 6901).
/// </summary>
public record InboundFieldRule
{
    /// <summary>The field, as a pointer into the record: <c>/lastName</c>, <c>/billingAddress/city</c>, <c>/externalIds/0/id</c>.</summary>
    [StringLength(200, MinimumLength = 1)] public required string To { get; init; }

    /// <summary>A pointer into the event; in <see cref="InboundRule.Fields"/>, into the element.</summary>
    [StringLength(500)] public string? From { get; init; }

    /// <summary>Liquid; <c>body</c> is the event, and in <see cref="InboundRule.Fields"/> <c>item</c> the element.</summary>
    [StringLength(4000, MinimumLength = 1)] public string? Template { get; init; }

    [StringLength(1000, MinimumLength = 1)] public string? Value { get; init; }

    /// <summary>The value names a record by something else than its id.</summary>
    public InboundLookup? Find { get; init; }
}

/// <summary>A rule for a field, or for a list that has an element for each element of a list in the event.</summary>
public sealed record InboundRule : InboundFieldRule
{
    /// <summary>A pointer to the list in the event.</summary>
    [StringLength(500)] public string? Each { get; init; }

    /// <summary>What goes into the fields of an element.</summary>
    [MinLength(1), MaxLength(50)] public IReadOnlyList<InboundFieldRule>? Fields { get; init; }
}

/// <summary>How a record is found by a value that only it has.</summary>
public sealed record InboundLookup
{
    /// <summary>The collection.</summary>
    [StringLength(100, MinimumLength = 1)] public required string In { get; init; }

    /// <summary>A unique field, <c>externalIds</c>, or <c>email</c>: of a customer, that of its contact or account.</summary>
    [StringLength(100, MinimumLength = 1)] public required string By { get; init; }

    /// <summary>The source of the external id.</summary>
    [StringLength(100, MinimumLength = 1)] public string? Source { get; init; }
}

/// <summary>Which record of the target an event is about. A new one gets the value by which it was not found.</summary>
public sealed record InboundMatch
{
    /// <inheritdoc cref="InboundLookup.By"/>
    [StringLength(100, MinimumLength = 1)] public required string By { get; init; }

    /// <inheritdoc cref="InboundLookup.Source"/>
    [StringLength(100, MinimumLength = 1)] public string? Source { get; init; }

    /// <summary>A pointer to the value in the event.</summary>
    [StringLength(500)] public required string From { get; init; }
}

/// <summary>The events of interest: those with one of these texts at a place. The others are listed as ignored.</summary>
public sealed record InboundCondition
{
    /// <summary>A pointer into the event.</summary>
    [StringLength(500)] public required string From { get; init; }

    [MinLength(1), MaxLength(100)] public required IReadOnlyList<string> In { get; init; }
}
