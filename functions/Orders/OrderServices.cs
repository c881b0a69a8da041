using Crm.Entities;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Orders;

internal static class OrderServices
{
    public static IServiceCollection AddOrders(this IServiceCollection services) => services.AddScoped<IPreparation, OrderPricing>();
}
