using Azure.Identity;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Crm.Platform.Messaging;

internal static class MessagingServices
{
    /// <summary>One client for the process, and a sender for each queue: <c>[FromKeyedServices(Queues.Orders)] ServiceBusSender</c>. The host may configure <see cref="ServiceBusClientOptions"/> further.</summary>
    public static IServiceCollection AddMessaging(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<MessagingSettings>()
            .Bind(configuration.GetSection(Queues.Connection))
            .Configure(settings => settings.ConnectionString = configuration[Queues.Connection])
            .Validate(
                settings => string.IsNullOrWhiteSpace(settings.ConnectionString) != string.IsNullOrWhiteSpace(settings.FullyQualifiedNamespace),
                "Set either ServiceBus (a connection string) or ServiceBus__fullyQualifiedNamespace (reached with the app's identity).")
            .ValidateOnStart();
        services.AddSingleton(provider => Connect(provider.GetRequiredService<IOptions<MessagingSettings>>().Value, provider.GetRequiredService<IOptions<ServiceBusClientOptions>>().Value));
        foreach (var queue in Queues.All)
            services.AddKeyedSingleton(queue, (provider, _) => provider.GetRequiredService<ServiceBusClient>().CreateSender(queue));
        return services;
    }

    private static ServiceBusClient Connect(MessagingSettings settings, ServiceBusClientOptions options) => settings.FullyQualifiedNamespace is not { Length: > 0 } space
        ? new ServiceBusClient(settings.ConnectionString, options)
        : new ServiceBusClient(space, new ManagedIdentityCredential(settings.ClientId is null ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(settings.ClientId)), options);
}
