using System.ComponentModel.DataAnnotations;
using Crm.Entities.Schema;

namespace Crm.Entities.Types;

public enum CustomerKind
{
    Individual,
    Enterprise,
}

public enum CustomerLifecycle
{
    New,
    Active,
    AtRisk,
    Dormant,
    Lost,
    Blocked,
}

/// <summary>
/// A contact (individual) or an account (enterprise) that buys. Neither is deleted while it is a customer, nor the customer while records refer to it.
/// </summary>
public sealed record Customer : Entity
{
    [ServerSet, Sequence("C-"), Sortable] public string? CustomerNumber { get; init; }

    [Sortable] public required CustomerKind Kind { get; init; }

    /// <summary>Of an individual, and only of one.</summary>
    [Unique, Reference("contacts")] public string? ContactId { get; init; }

    /// <summary>Of an enterprise, and only of one.</summary>
    [Unique, Reference("accounts")] public string? AccountId { get; init; }

    /// <summary>The name of the contact or account. This and the next three follow a change of it within seconds.</summary>
    [ServerSet, Personal, Sortable, StringLength(511)] public string DisplayName { get; init; } = "";

    /// <summary>The contact's.</summary>
    [ServerSet, Personal] public DateOnly? Birthday { get; init; }

    /// <summary>The contact's.</summary>
    [ServerSet, Personal] public string? Occupation { get; init; }

    /// <summary>The account's.</summary>
    [ServerSet] public string? Industry { get; init; }

    [Sortable] public CustomerLifecycle Lifecycle { get; init; } = CustomerLifecycle.New;

    [Reference("segments"), MaxLength(50)] public IReadOnlyList<string> SegmentIds { get; init; } = [];

    [Sortable] public DateOnly? Since { get; init; }

    [Sortable] public string? Tier { get; init; }

    [Number(4, Min = 0)] public decimal? CreditLimit { get; init; }

    [Form(TextForm.Currency)] public string? Currency { get; init; }

    public PaymentTerms? PaymentTerms { get; init; }

    /// <summary>Where the customer's prices are looked up first; by default, the account's.</summary>
    [Reference("price-lists")] public string? PriceListId { get; init; }

    public bool TaxExempt { get; init; }

    [Personal] public Address? DefaultBillingAddress { get; init; }

    [Personal] public Address? DefaultShippingAddress { get; init; }

    /// <summary>Orders that are confirmed or completed. This and the next three follow orders and cases within seconds.</summary>
    [ServerSet] public int OrderCount { get; init; }

    /// <summary>What those come to, in the tenant's base currency.</summary>
    [ServerSet, Sortable] public decimal TotalSpent { get; init; }

    /// <summary>When the latest of them was submitted.</summary>
    [ServerSet, Sortable] public DateTimeOffset? LastOrderAt { get; init; }

    /// <summary>Cases of this customer that are neither resolved, closed nor cancelled.</summary>
    [ServerSet] public int OpenCaseCount { get; init; }

    protected internal override IEnumerable<RecordRef> Reads(WriteContext context)
    {
        if (ContactId is not null)
            yield return new RecordRef("contacts", ContactId);
        if (AccountId is not null)
            yield return new RecordRef("accounts", AccountId);
    }

    protected internal override Entity Complete(WriteContext context)
    {
        var individual = Kind == CustomerKind.Individual;
        Belongs(context, ContactId, individual, "contactId", "an individual");
        Belongs(context, AccountId, !individual, "accountId", "an enterprise");
        var (contact, account) = (context.Find<Contact>(ContactId), context.Find<Account>(AccountId));
        return this with
        {
            DisplayName = contact?.FullName ?? account?.Name ?? DisplayName,
            Birthday = contact?.Birthday,
            Occupation = contact?.Occupation,
            Industry = account?.Industry,
        };
    }

    private static void Belongs(WriteContext context, string? id, bool wanted, string field, string kind)
    {
        if (wanted && id is null)
            context.Refuse($"#/{field}", "required", $"is required for {kind}");
        else if (!wanted && id is not null)
            context.Refuse($"#/{field}", "not-allowed", $"is only for {kind}");
    }
}
