using Crm.Entities;
using Crm.Entities.Expanding;
using Crm.Platform.Cosmos;
using Crm.Platform.Paging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Crm.Query;

internal static class QueryServices
{
    public static IServiceCollection AddQuery(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ListOptions>()
            .Bind(configuration.GetSection(ListOptions.Section))
            .Validate(options => options.HasKey, $"Lists__CursorKey must be at least {ListOptions.MinKeyBytes} random bytes in base64, such as `openssl rand -base64 32` prints.")
            .Validate(options => options.HasLimits, "Lists__MaxPageSize must be 1 to 1000, Lists__DefaultPageSize 1 to that, Lists__MaxPredicates 1 to 100, Lists__MaxFilterLength 100 to 16000.")
            .ValidateOnStart();
        services.AddSingleton<SignedTexts>();
        services.AddScoped<RecordScan>();
        services.AddSingleton<Cursors>();
        services.AddSingleton<RecordFilters>();
        services.AddSingleton<FilterProblems>(provider => (type, filter) =>
        {
            var errors = new FilterErrors();
            Filter.Read(type, filter, errors, provider.GetRequiredService<IOptions<ListOptions>>().Value);
            return errors.All;
        });
        services.AddScoped<FilterMacroValues>();
        services.AddScoped(provider => new RecordLists(
            provider.GetRequiredService<CrmContainers>().Records, provider.GetRequiredService<Cursors>(), provider.GetRequiredService<ExpansionReader>(),
            provider.GetRequiredService<Expander>(), provider.GetRequiredService<FilterMacroValues>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IOptions<ListOptions>>().Value));
        return services;
    }
}
