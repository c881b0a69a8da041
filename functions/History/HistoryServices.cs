using Crm.Platform.ChangeFeed;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.History;

internal static class HistoryServices
{
    public static IServiceCollection AddHistory(this IServiceCollection services) => services
        .AddSingleton(new FeedFunction(nameof(WriteHistory)))
        .AddSingleton(new FeedFunction(nameof(PublishEvents)))
        .AddSingleton(new FeedFunction(nameof(RepairReferences)))
        .AddSingleton<PublishEvents>()
        .AddScoped<WriteHistory>()
        .AddScoped<RepairReferences>()
        .AddScoped<HistoryLists>()
        .AddScoped<VerifyHistory>();
}
