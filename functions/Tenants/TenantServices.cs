using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tenants;

internal static class TenantServices
{
    public static IServiceCollection AddTenants(this IServiceCollection services) => services
        .AddMemoryCache()
        .AddSingleton<TenantDirectory>();
}
