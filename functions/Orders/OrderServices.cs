using Crm.Entities;
using Crm.Orders.Stock;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Orders;

internal static class OrderServices
{
    public static IServiceCollection AddOrders(this IServiceCollection services) => services
        .AddScoped<IPreparation, OrderPricing>()
        .AddScoped<StockMovements>();
}
