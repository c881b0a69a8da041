using Crm.Entities;
using Crm.Platform.Cosmos;
using Crm.Platform.Paging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Query;

internal static class QueryServices
{
    public static IServiceCollection AddQuery(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ListOptions>()
            .Bind(configuration.GetSection(ListOptions.Section))
            .Validate(options => options.IsValid, $"Lists__CursorKey must be at least {ListOptions.MinKeyBytes} random bytes in base64, such as `openssl rand -base64 32` prints.")
            .ValidateOnStart();
        services.AddSingleton<Cursors>();
        services.AddSingleton<FilterProblems>(static (type, filter) =>
        {
            var errors = new FilterErrors();
            Filter.Read(type, filter, errors);
            return errors.All;
        });
        services.AddSingleton(provider => new RecordLists(provider.GetRequiredService<CrmContainers>().Records, provider.GetRequiredService<Cursors>()));
        return services;
    }
}
