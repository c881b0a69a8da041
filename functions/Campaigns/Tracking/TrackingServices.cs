using Crm.Platform.Auth;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Campaigns.Tracking;

internal static class TrackingServices
{
    public static IServiceCollection AddTracking(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<TrackingSettings>()
            .Bind(configuration.GetSection(TrackingSettings.Section))
            .Validate(settings => settings.HasKeys, $"Tracking__SigningKeys {KeyRing.Requirement}")
            .ValidateOnStart();
        return services
            .AddSingleton<LinkTokens>()
            .AddSingleton<RecipientLinks>()
            .AddSingleton<RecipientMail>()
            .AddScoped<Marks>()
            .AddScoped<Unsubscribe>();
    }
}
