using Crm.Platform.ChangeFeed;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Customers;

internal static class CustomerServices
{
    public static IServiceCollection AddCustomers(this IServiceCollection services) => services
        .AddSingleton(new FeedFunction(nameof(RefreshCustomers)))
        .AddScoped<RefreshCustomers>()
        .AddScoped<CustomerCounts>()
        .AddScoped<CountForCustomers>();
}
