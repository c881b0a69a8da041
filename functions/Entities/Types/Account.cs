using Crm.Entities.Schema;

namespace Crm.Entities.Types;

public enum AccountType
{
    Prospect,
    Customer,
    Partner,
    Reseller,
    Supplier,
    Competitor,
    Investor,
    Other,
}

public enum PaymentTerms
{
    Immediate,
    Net15,
    Net30,
    Net45,
    Net60,
}

public enum Rating
{
    Hot,
    Warm,
    Cold,
}

public enum ActiveStatus
{
    Active,
    Inactive,
}

/// <summary>A company.</summary>
public sealed record Account : Entity
{
    [Sortable] public required string Name { get; init; }

    [ServerSet, Sequence("A-"), Sortable] public string? AccountNumber { get; init; }

    [Sortable] public AccountType AccountType { get; init; } = AccountType.Prospect;

    [Sortable] public string? Industry { get; init; }

    [Reference("accounts", Acyclic = true)] public string? ParentAccountId { get; init; }

    [Form(TextForm.Url), NotFilterable] public string? Website { get; init; }

    /// <summary>The company's mail domain: what duplicates are recognised by.</summary>
    [Form(TextForm.Domain)] public string? Domain { get; init; }

    [Form(TextForm.Email)] public string? Email { get; init; }

    [Form(TextForm.Phone)] public string? Phone { get; init; }

    public Address? BillingAddress { get; init; }

    public Address? ShippingAddress { get; init; }

    [Number(4, Min = 0), Sortable] public decimal? AnnualRevenue { get; init; }

    [Number(0, Min = 0), Sortable] public int? EmployeeCount { get; init; }

    public string? TaxId { get; init; }

    public string? RegistrationNumber { get; init; }

    [Form(TextForm.Currency)] public string? Currency { get; init; }

    public PaymentTerms? PaymentTerms { get; init; }

    [Number(4, Min = 0)] public decimal? CreditLimit { get; init; }

    /// <summary>Where prices are looked up when the company is a customer that names no list of its own.</summary>
    [Reference("price-lists")] public string? PriceListId { get; init; }

    [Sortable] public Rating? Rating { get; init; }

    public string? Source { get; init; }

    [Sortable] public ActiveStatus Status { get; init; } = ActiveStatus.Active;

    [Reference("contacts", OnDelete = OnDelete.SetNull)] public string? PrimaryContactId { get; init; }
}
