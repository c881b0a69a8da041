using Azure.Identity;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Crm.Platform.Cosmos;

internal static class CosmosServices
{
    /// <summary>One client for the process. The host may configure <see cref="CosmosClientOptions"/> further.</summary>
    public static IServiceCollection AddCosmos(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<CosmosSettings>()
            .Bind(configuration.GetSection("Cosmos"))
            .Configure(settings => settings.ConnectionString = configuration["Cosmos"])
            .Validate(settings => !string.IsNullOrWhiteSpace(settings.Database), "Cosmos__Database is blank; the name of the database is expected.")
            .Validate(
                settings => settings.ConnectionString is null != settings.AccountEndpoint is null,
                "Set either Cosmos (a connection string) or Cosmos__accountEndpoint (reached with the app's identity).")
            .ValidateOnStart();
        services.Configure<CosmosClientOptions>(options =>
        {
            options.ApplicationName = "crm";
            options.ConsistencyLevel = ConsistencyLevel.Session;

            // Emulators speak nothing else, and give an address of their own that only they can reach.
            if (configuration["Cosmos"] is not null)
                (options.ConnectionMode, options.LimitToEndpoint) = (ConnectionMode.Gateway, true);
        });
        return services
            .AddSingleton(provider => Connect(provider.GetRequiredService<IOptions<CosmosSettings>>().Value, provider.GetRequiredService<IOptions<CosmosClientOptions>>().Value))
            .AddSingleton<CrmContainers>()
            .AddSingleton<RequestChargeTotal>()
            .AddScoped<RequestCharge>()
            .AddScoped<KeyDocuments>()
            .AddHostedService<CosmosSetup>();
    }

    private static CosmosClient Connect(CosmosSettings settings, CosmosClientOptions options) => settings.AccountEndpoint is null
        ? new CosmosClient(settings.ConnectionString, options)
        : new CosmosClient(settings.AccountEndpoint.ToString(), new ManagedIdentityCredential(settings.ClientId is null ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(settings.ClientId)), options);
}
