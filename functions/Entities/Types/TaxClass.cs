using System.ComponentModel.DataAnnotations;
using Crm.Entities.Schema;

namespace Crm.Entities.Types;

/// <summary>What is taxed alike, with the rates of each place.</summary>
public sealed record TaxClass : Entity
{
    [Unique, Sortable] public required string Name { get; init; }

    [MaxLength(500)] public IReadOnlyList<TaxRate> Rates { get; init; } = [];

    protected internal override Entity Complete(WriteContext context)
    {
        var seen = new HashSet<(string?, string?, DateOnly?)>();
        foreach (var (rate, index) in Rates.Select((rate, index) => (rate, index)))
        {
            if (rate.Region is not null && rate.Country is null)
                context.Refuse($"#/rates/{index}/country", "required", "is required beside a region");
            if (!seen.Add((rate.Country, rate.Region is null ? null : TextForms.Folded(rate.Region), rate.ValidFrom)))
                context.Refuse($"#/rates/{index}", "duplicate-element", "another rate has the same country, region and validFrom");
        }

        return this;
    }

    /// <summary>The rate where and when something is delivered: the most specific place, of equals the newest; 0 where none is known.</summary>
    internal decimal PercentAt(Address? address, DateOnly date) => Rates
        .Where(rate => rate.AppliesAt(address, date))
        .OrderByDescending(rate => (rate.Country is null ? 0 : 1) + (rate.Region is null ? 0 : 1))
        .ThenByDescending(rate => rate.ValidFrom ?? DateOnly.MinValue)
        .FirstOrDefault()?.Percent ?? 0;
}

/// <summary>A rate, in a region, a country or everywhere.</summary>
public sealed record TaxRate
{
    [Form(TextForm.Country), NotFilterable] public string? Country { get; init; }

    /// <summary>As addresses name it, whatever its case.</summary>
    [NotFilterable] public string? Region { get; init; }

    [Number(4, Min = 0, Max = 100), NotFilterable] public required decimal Percent { get; init; }

    [NotFilterable] public DateOnly? ValidFrom { get; init; }

    internal bool AppliesAt(Address? address, DateOnly date) =>
        (Country is null || Country == address?.Country)
        && (Region is null || (address?.Region is { } region && TextForms.Folded(region) == TextForms.Folded(Region)))
        && (ValidFrom is null || ValidFrom <= date);
}
