using Azure.Identity;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Crm.Platform.Blobs;

internal static class BlobServices
{
    /// <summary>One client for the process. The host may configure <see cref="BlobClientOptions"/> further.</summary>
    public static IServiceCollection AddBlobs(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<StorageSettings>()
            .Bind(configuration.GetSection("Storage"))
            .Configure(settings => settings.ConnectionString = configuration["Storage"])
            .Validate(
                settings => settings.ConnectionString is null != settings.BlobServiceUri is null,
                "Set either Storage (a connection string) or Storage__blobServiceUri (reached with the app's identity).")
            .Validate(settings => settings.ConnectionString is null || IsConnection(settings.ConnectionString), "Storage is not a connection string; UseDevelopmentStorage=true is one.")
            .ValidateOnStart();

        // A caller waits for the answer: what a few quick repetitions do not mend is better said.
        services.Configure<BlobClientOptions>(options =>
        {
            options.Retry.MaxRetries = 2;
            options.Retry.Delay = TimeSpan.FromMilliseconds(100);
            options.Retry.NetworkTimeout = TimeSpan.FromSeconds(30);
        });
        return services.AddSingleton(Connect).AddSingleton<BlobStore>();
    }

    private static BlobServiceClient Connect(IServiceProvider provider)
    {
        // Not from IOptions: these options have no constructor without parameters, which a factory of options would need.
        var options = new BlobClientOptions();
        foreach (var configure in provider.GetServices<IConfigureOptions<BlobClientOptions>>())
            configure.Configure(options);

        var settings = provider.GetRequiredService<IOptions<StorageSettings>>().Value;
        return settings.BlobServiceUri is null
            ? new BlobServiceClient(settings.ConnectionString, options)
            : new BlobServiceClient(settings.BlobServiceUri, Identity(settings.ClientId), options);
    }

    private static ManagedIdentityCredential Identity(string? clientId) =>
        new(clientId is null ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(clientId));

    private static bool IsConnection(string text)
    {
        try
        {
            return new BlobServiceClient(text).Uri is not null;
        }
        catch (Exception refused) when (refused is FormatException or ArgumentException)
        {
            return false;
        }
    }
}
