using System.ComponentModel.DataAnnotations;
using Crm.Entities.Schema;

namespace Crm.Entities.Types;

/// <summary>What became of an order's submission: which messages settled it, what they did, and where in its history.</summary>
public sealed record OrderProcessing
{
    /// <summary>How many messages and effects are kept.</summary>
    internal const int Kept = 100;

    /// <summary>How often the order has been submitted. Each attempt reserves its own stock.</summary>
    public int Attempts { get; init; }

    /// <summary>The messages that brought a decision, the latest last. One that comes again decides nothing.</summary>
    [MaxLength(Kept)] public IReadOnlyList<string> MessageIds { get; init; } = [];

    /// <summary>What was done: the ids of stock movements, and the number that was given.</summary>
    [MaxLength(Kept)] public IReadOnlyList<string> Effects { get; init; } = [];

    /// <summary>Why it could not be decided on, as far as that happened.</summary>
    [LongText] public string? LastError { get; init; }

    /// <summary>The hash of the change that was decided on: the place in the order's chain that the decision follows.</summary>
    public string? ReceiptHash { get; init; }
}
