using Microsoft.Extensions.DependencyInjection;

namespace Crm.Docs;

internal static class DocsServices
{
    public static IServiceCollection AddDocs(this IServiceCollection services) => services
        .AddSingleton<ApiDocument>()
        .AddSingleton(provider => new DocsContents(provider.GetRequiredService<ApiDocument>()));
}
