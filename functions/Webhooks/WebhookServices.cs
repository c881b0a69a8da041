using Crm.Entities.Writing;
using Crm.Platform.ChangeFeed;
using Crm.Webhooks.EventFeed;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Webhooks;

internal static class WebhookServices
{
    public static IServiceCollection AddWebhooks(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<WebhookSettings>()
            .Bind(configuration.GetSection(WebhookSettings.Section))
            .Validate(settings => settings.TimeoutSeconds is >= 1 and <= 60, "Webhooks__TimeoutSeconds must be from 1 to 60.")
            .ValidateOnStart();
        return services
            .AddSingleton<ResolveHost>(System.Net.Dns.GetHostAddressesAsync)
            .AddSingleton<EndpointGuard>()
            .AddSingleton<EndpointClient>()
            .AddSingleton<EndpointSlots>()
            .AddSingleton(new FeedFunction(nameof(MatchWebhooks)))
            .AddScoped<WebhookDirectory>()
            .AddScoped<MatchWebhooks>()
            .AddScoped<WebhookSecrets>()
            .AddScoped<WebhookEvents>()
            .AddScoped<Deliveries>()
            .AddScoped<WaitingLines>()
            .AddScoped<AttemptDelivery>()
            .AddScoped<DeliverWebhook>()
            .AddScoped<DisableWebhook>()
            .AddScoped<WebhookActions>()
            .AddSingleton(new FeedFunction(nameof(LogEvents)))
            .AddScoped<EventLog>()
            .AddScoped<LogEvents>()
            .AddScoped<EventBodies>()
            .AddScoped<ReadEvents>()
            .AddScoped<IWriteStep, WebhookSteps>();
    }
}
