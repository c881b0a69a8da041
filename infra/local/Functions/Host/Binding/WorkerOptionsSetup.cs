using System.Text.Json;
using Azure.Core.Serialization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Crm.Local.Functions.Binding;

internal static class WorkerOptionsSetup
{
    public static void AddWorkerOptions(this IServiceCollection services)
    {
        services.AddSingleton<InputConverters>();
        services.Configure<JsonSerializerOptions>(json => json.PropertyNameCaseInsensitive = true);
        services.Configure<WorkerOptions>(worker =>
        {
            worker.InputConverters.Register<FunctionContextConverter>();
            worker.InputConverters.Register<AssignableConverter>();
            worker.InputConverters.Register<GuidConverter>();
            worker.InputConverters.Register<DateTimeConverter>();
            worker.InputConverters.Register<BytesConverter>();
            worker.InputConverters.Register<JsonConverter>();
            worker.InputConverters.Register<CancellationTokenConverter>();
        });
        services.AddSingleton<IPostConfigureOptions<WorkerOptions>>(provider => new PostConfigureOptions<WorkerOptions>(Options.DefaultName, worker =>
            worker.Serializer ??= new JsonObjectSerializer(provider.GetRequiredService<IOptions<JsonSerializerOptions>>().Value)));
    }
}
