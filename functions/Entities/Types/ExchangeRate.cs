using Crm.Entities.Schema;

namespace Crm.Entities.Types;

/// <summary>What one unit of a currency was worth in the tenant's base currency on a day, and until the next rate.</summary>
[UniqueTogether("currency", "date")]
public sealed record ExchangeRate : Entity
{
    [Form(TextForm.Currency), Sortable] public required string Currency { get; init; }

    [Sortable] public required DateOnly Date { get; init; }

    [Number(8, Min = 0, AboveMin = true, Max = 1_000_000), Sortable] public required decimal Rate { get; init; }

    protected internal override Entity Complete(WriteContext context)
    {
        if (Currency == context.Tenant.BaseCurrency)
            context.Refuse("#/currency", "base-currency", $"is the base currency; rates say what others are worth in {Currency}");

        return this;
    }
}
