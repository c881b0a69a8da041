using Microsoft.Extensions.DependencyInjection;

namespace Crm.Health;

internal static class HealthServices
{
    public static IServiceCollection AddHealth(this IServiceCollection services) => services
        .AddSingleton<MeasureBacklog>()
        .AddSingleton<BacklogWatch>();
}
