using Crm.Platform.ChangeFeed;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Files;

internal static class FileServices
{
    public static IServiceCollection AddFiles(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<FileSettings>()
            .Bind(configuration.GetSection(FileSettings.Section))
            .Validate(settings => settings.HasLinkKey, $"Files__LinkKey must be at least {FileSettings.MinKeyBytes} random bytes in base64, such as `openssl rand -base64 32` prints.")
            .Validate(settings => settings.LinkMinutes is >= 1 and <= 24 * 60, "Files__LinkMinutes must be from 1 to 1440.")
            .Validate(settings => settings.MaxMegabytes is >= 1 and <= FileSettings.MostMegabytes, $"Files__MaxMegabytes must be from 1 to {FileSettings.MostMegabytes}.")
            .ValidateOnStart();
        return services
            .AddSingleton<ContentLinks>()
            .AddSingleton(new FeedFunction(nameof(RemoveContents)))
            .AddScoped<AttachmentContents>()
            .AddScoped<RemoveContents>();
    }
}
