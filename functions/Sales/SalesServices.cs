using Crm.Entities;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Sales;

internal static class SalesServices
{
    public static IServiceCollection AddSales(this IServiceCollection services) => services.AddScoped<IPreparation, OpportunityRates>();
}
