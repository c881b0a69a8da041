using Crm.Entities;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Webhooks.Inbound;

internal static class InboundServices
{
    public static IServiceCollection AddInboundWebhooks(this IServiceCollection services) => services
        .AddSingleton<IPreparation, MappingCheck>()
        .AddScoped<InboundEvents>()
        .AddScoped<ReceiveEvent>()
        .AddScoped<InboundActions>()
        .AddScoped<ProcessEvent>()
        .AddScoped<RecordLookups>()
        .AddScoped<EventMapper>()
        .AddScoped<EventWriter>();
}
