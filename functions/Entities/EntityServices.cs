using Crm.Entities.Expanding;
using Crm.Entities.Storage;
using Crm.Entities.Writing;
using Crm.Platform.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Crm.Entities;

internal static class EntityServices
{
    public static IServiceCollection AddEntities(this IServiceCollection services)
    {
        services.TryAddSingleton(_ => new EntityCatalog(EntityCatalog.BuiltIn));
        return services
            .AddSingleton(provider => ContainerDeclarations.All(new RecordIndex(provider.GetRequiredService<EntityCatalog>()).Paths))
            .AddScoped<RecordStore>()
            .AddScoped<ChangeLog>()
            .AddScoped<Sequences>()
            .AddScoped<References>()
            .AddScoped<ExchangeRates>()
            .AddScoped<UniqueValues>()
            .AddScoped<PastStates>()
            .AddScoped<RecordWrites>()
            .AddSingleton<ExpansionReader>()
            .AddScoped<Expander>()
            .AddScoped<EntityService>()
            .AddScoped<ExpandedReads>()
            .AddScoped<RecordHistory>();
    }
}
