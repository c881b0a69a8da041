using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Platform.Http;

internal static class HttpServices
{
    public static IServiceCollection AddRequestLimits(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RequestLimits>()
            .Bind(configuration.GetSection(RequestLimits.Section))
            .Validate(limits => limits.IsValid, "Limits__BurstRequests and Limits__DailyRequests must be 0 or more, Limits__BurstSeconds 1 to 3600, Limits__BodyKilobytes 16 to 10240, Limits__JsonDepth 8 to 64.")
            .ValidateOnStart();
        return services.AddSingleton<RateLimits>();
    }
}
