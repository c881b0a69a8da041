using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Platform.Http;

internal static class HttpServices
{
    public static IServiceCollection AddHttp(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<PublicSettings>()
            .Bind(configuration.GetSection(PublicSettings.Section))
            .Validate(settings => settings.HasBaseUrl, "Public__BaseUrl must be the address at which people reach this deployment, in ASCII, such as https://crm.example.com.")
            .ValidateOnStart();
        services.AddOptions<RequestLimits>()
            .Bind(configuration.GetSection(RequestLimits.Section))
            .Validate(limits => limits.IsValid, "Limits__BurstRequests and Limits__DailyRequests must be 0 or more, Limits__BurstSeconds 1 to 3600, Limits__BodyKilobytes 16 to 10240, Limits__JsonDepth 8 to 64.")
            .ValidateOnStart();
        return services.AddSingleton<RateLimits>();
    }
}
