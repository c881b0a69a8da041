using Crm.Entities.Schema;
using Crm.Platform;
using Crm.Platform.Auth;

namespace Crm.Entities.Types;

public enum ContactRole
{
    DecisionMaker,
    Evaluator,
    Influencer,
    Champion,
    User,
    Other,
}

/// <summary>A product in an opportunity.</summary>
public sealed record OpportunityLine
{
    [Reference("products")] public required string ProductId { get; init; }

    [Number(4, Min = 0, AboveMin = true)] public required decimal Quantity { get; init; }

    /// <summary>By default, the product's list price.</summary>
    [Number(4, Min = 0)] public decimal? UnitPrice { get; init; }

    [Number(2, Min = 0, Max = 100)] public decimal? DiscountPercent { get; init; }

    [ServerSet] public decimal Total { get; init; }

    internal OpportunityLine Priced(decimal? listPrice, string currency, WriteContext context, int index)
    {
        var price = UnitPrice ?? listPrice ?? 0;
        if ((double)Quantity * (double)price > Money.Max)
        {
            context.Refuse($"#/lines/{index}/quantity", "max", $"times the price, must not come to more than {Money.Max}");
            return this;
        }

        return this with { UnitPrice = price, Total = Money.Round(Quantity * price * (100 - (DiscountPercent ?? 0)) / 100, currency) };
    }
}

/// <summary>A person who takes part in a sale.</summary>
public sealed record OpportunityContact
{
    [Reference("contacts"), ElementKey] public required string ContactId { get; init; }

    public ContactRole? Role { get; init; }

    public bool IsPrimary { get; init; }
}

/// <summary>One move from stage to stage.</summary>
public sealed record StageMove
{
    public string? From { get; init; }

    public required string To { get; init; }

    public required DateTimeOffset At { get; init; }

    public required Actor By { get; init; }

    /// <summary>How long the opportunity had been in <see cref="From"/>.</summary>
    public required long DurationSeconds { get; init; }
}
