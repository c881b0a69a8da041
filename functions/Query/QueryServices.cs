using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Crm.Query;

public static class QueryServices
{
    /// <summary>Adds <see cref="RecordLists"/>. Its <see cref="Container"/> is registered elsewhere, under <see cref="RecordLists.ContainerKey"/>.</summary>
    public static IServiceCollection AddQuery(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ListOptions>()
            .Bind(configuration.GetSection(ListOptions.Section))
            .Validate(options => options.IsValid, $"Lists__CursorKey must be at least {ListOptions.MinKeyBytes} random bytes in base64, such as `openssl rand -base64 32` prints.")
            .ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<Cursors>();
        services.AddSingleton(provider => new RecordLists(provider.GetRequiredKeyedService<Container>(RecordLists.ContainerKey), provider.GetRequiredService<Cursors>()));
        return services;
    }
}
