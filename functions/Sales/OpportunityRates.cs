using Crm.Entities;
using Crm.Entities.Types;

namespace Crm.Sales;

/// <summary>Reads what an opportunity's currency is worth, where its rules want to know it.</summary>
internal sealed class OpportunityRates(ExchangeRates rates) : IPreparation
{
    public Type Record => typeof(Opportunity);

    public async Task PrepareAsync(Entity entity, WriteContext context, CancellationToken cancellation)
    {
        var opportunity = (Opportunity)entity;
        if (opportunity.RatedOn(context) is { } day)
            context.Provide(new RateOfDay(await rates.FindAsync(context.Tenant, opportunity.Currency ?? context.Tenant.BaseCurrency, day, cancellation)));
    }
}
