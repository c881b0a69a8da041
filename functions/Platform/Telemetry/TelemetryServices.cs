using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Crm.Platform.Telemetry;

internal static class TelemetryServices
{
    /// <summary>Azure's name for where telemetry goes; the platform sets it.</summary>
    public const string AzureMonitor = "APPLICATIONINSIGHTS_CONNECTION_STRING";

    /// <summary>The platform's identity setting: <c>Authorization=AAD</c>, and the client id of a user-assigned identity.</summary>
    private const string AzureMonitorIdentity = "APPLICATIONINSIGHTS_AUTHENTICATION_STRING";

    /// <summary>The worker's own spans and those of the Cosmos and Service Bus clients, beside ours.</summary>
    private static readonly string[] Sources = ["Microsoft.Azure.Functions.Worker", "Azure.*"];

    /// <summary>
    /// Traces and metrics by OpenTelemetry, to Azure Monitor where it is set and to the console where asked for. With neither, nothing listens and
    /// instruments cost nothing. Logs go through the Functions host, which sends them to the same place.
    /// </summary>
    public static IServiceCollection AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection("Telemetry");
        services.AddOptions<TelemetrySettings>().Bind(section).ValidateOnStart();
        var console = section.GetValue<bool>(nameof(TelemetrySettings.Console));
        var monitor = configuration[AzureMonitor];
        if (!console && string.IsNullOrEmpty(monitor))
            return services;

        // The Azure clients' spans are behind switches of their own.
        AppContext.SetSwitch("Azure.Experimental.EnableActivitySource", true);
        services.Configure<CosmosClientOptions>(options => options.CosmosClientTelemetryOptions = new CosmosClientTelemetryOptions { DisableDistributedTracing = false });
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(CrmTelemetry.Name))
            .WithTracing(traces =>
            {
                traces.AddSource(Sources);
                // Every one: where nothing upstream samples, the host marks traces as not sampled.
                if (console)
                    traces.SetSampler(new AlwaysOnSampler()).AddConsoleExporter();
                if (!string.IsNullOrEmpty(monitor))
                    traces.AddAzureMonitorTraceExporter(options => Connect(options, monitor, configuration[AzureMonitorIdentity]));
            })
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(CrmTelemetry.Name);
                if (console)
                    metrics.AddConsoleExporter();
                if (!string.IsNullOrEmpty(monitor))
                    metrics.AddAzureMonitorMetricExporter(options => Connect(options, monitor, configuration[AzureMonitorIdentity]));
            });
        return services;
    }

    private static void Connect(AzureMonitorExporterOptions options, string monitor, string? identity)
    {
        options.ConnectionString = monitor;
        if (identity is null)
            return;

        var client = identity.Split(';', StringSplitOptions.TrimEntries).FirstOrDefault(part => part.StartsWith("ClientId=", StringComparison.OrdinalIgnoreCase));
        options.Credential = new ManagedIdentityCredential(client is null ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(client["ClientId=".Length..]));
    }
}
