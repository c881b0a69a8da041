using Crm.Entities.Schema;

namespace Crm.Entities.Types;

public enum PartnerType
{
    Reseller,
    Distributor,
    Referral,
    Technology,
    Supplier,
    Agency,
}

public enum PartnerTier
{
    Registered,
    Silver,
    Gold,
    Platinum,
}

public enum PartnerStatus
{
    Prospective,
    Active,
    Suspended,
    Terminated,
}

/// <summary>A company that sells with the business or for it. Its account is not deleted while it is a partner.</summary>
public sealed record Partner : Entity
{
    [Sortable] public required string Name { get; init; }

    [Unique, Reference("accounts")] public string? AccountId { get; init; }

    [Sortable] public PartnerType? PartnerType { get; init; }

    [Sortable] public PartnerTier? Tier { get; init; }

    [Sortable] public PartnerStatus Status { get; init; } = PartnerStatus.Prospective;

    [Sortable] public DateOnly? AgreementStart { get; init; }

    [Sortable] public DateOnly? AgreementEnd { get; init; }

    [Number(2, Min = 0, Max = 100), Sortable] public decimal? CommissionPercent { get; init; }

    public string? Territory { get; init; }

    /// <summary>Becomes null when the user is deleted: the partner is given another manager.</summary>
    [Reference("users", OnDelete = OnDelete.SetNull)] public string? ManagerId { get; init; }

    /// <summary>Becomes null when the contact is deleted, as an account's does.</summary>
    [Reference("contacts", OnDelete = OnDelete.SetNull)] public string? PrimaryContactId { get; init; }

    protected internal override Entity Complete(WriteContext context)
    {
        if (AgreementEnd < AgreementStart)
            context.Refuse("#/agreementEnd", "min", "must not be before agreementStart");

        return this;
    }
}
