using System.ComponentModel.DataAnnotations;
using Crm.Entities;
using Crm.Entities.Schema;

namespace Crm.Tenants;

public enum TaxRounding
{
    PerLine,
    PerTotal,
}

public enum TenantStatus
{
    Active,
    Suspended,
    Closing,
}

/// <summary>A business that has its own data here.</summary>
public sealed record Tenant : Entity
{
    public required string Name { get; init; }

    public required string Slug { get; init; }

    [Form(TextForm.Currency)] public required string BaseCurrency { get; init; }

    [Reference("pipelines")] public string? DefaultPipelineId { get; init; }

    [MaxLength(30)] public IReadOnlyList<string> Currencies { get; init; } = [];

    [Form(TextForm.TimeZone)] public required string TimeZone { get; init; }

    [Form(TextForm.Language)] public string Locale { get; init; } = "en";

    [Number(0, Min = 1, Max = 12)] public int FiscalYearStartMonth { get; init; } = 1;

    public TaxRounding TaxRounding { get; init; } = TaxRounding.PerLine;

    public bool PricesIncludeTax { get; init; }

    [Number(0, Min = 1)] public int? HistoryRetentionMonths { get; init; }

    public TenantStatus Status { get; init; } = TenantStatus.Active;
}
