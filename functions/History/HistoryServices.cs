using Microsoft.Extensions.DependencyInjection;

namespace Crm.History;

internal static class HistoryServices
{
    public static IServiceCollection AddHistory(this IServiceCollection services) => services
        .AddSingleton<PublishEvents>()
        .AddScoped<WriteHistory>()
        .AddScoped<RepairReferences>()
        .AddScoped<HistoryLists>()
        .AddScoped<VerifyHistory>();
}
