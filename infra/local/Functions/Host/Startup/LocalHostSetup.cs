using Azure.Messaging.ServiceBus;
using Azure.Storage.Blobs;
using Crm.Local.Functions.Binding;
using Crm.Local.Functions.Blobs;
using Crm.Local.Functions.Catalog;
using Crm.Local.Functions.ChangeFeed;
using Crm.Local.Functions.Cosmos;
using Crm.Local.Functions.Http;
using Crm.Local.Functions.Invocation;
using Crm.Local.Functions.ServiceBus;
using Crm.Local.Functions.Settings;
using Crm.Local.Functions.Timers;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Invocation;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Crm.Local.Functions.Startup;

/// <summary>Between <c>CreateBuilder</c> and <c>Build</c>: configuration, defaults, and the pipeline around the functions.</summary>
internal sealed class LocalHostSetup(string[] args, AppUnderHost app)
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(4);
    private StartException? _problem;
    private HostJson _hostJson = HostJson.Default;

    public HostApplicationBuilder CreateBuilder()
    {
        var environment = Environment.GetEnvironmentVariable("AZURE_FUNCTIONS_ENVIRONMENT") ?? Environments.Development;
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings
        {
            DisableDefaults = true,
            ApplicationName = app.Name,
            ContentRootPath = app.Folder,
            EnvironmentName = environment,
        });
        Configure(builder.Configuration);
        ConfigureLogging(builder.Logging);
        builder.ConfigureContainer(new DefaultServiceProviderFactory(new ServiceProviderOptions
        {
            ValidateScopes = builder.Environment.IsDevelopment(),
            ValidateOnBuild = builder.Environment.IsDevelopment(),
        }));
        AddDefaults(builder.Services);
        return builder;
    }

    public IHost Build(HostApplicationBuilder builder, IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware)
    {
        builder.Services.TryAddSingleton<IFunctionActivator, FunctionActivator>();
        builder.Services.TryAddSingleton<IFunctionExecutor, FunctionExecutor>();
        builder.Services.AddSingleton(services => new FunctionInvoker(services, middleware, _hostJson));

        // Instances, so that the container does not close the store, the queues or the blobs under what it has yet to dispose.
        var cosmos = new LocalCosmos();
        builder.Services.AddSingleton(cosmos);
        builder.Services.AddSingleton<IConfigureOptions<CosmosClientOptions>>(cosmos);
        var bus = new LocalServiceBus();
        builder.Services.AddSingleton(bus);
        builder.Services.AddSingleton<IConfigureOptions<ServiceBusClientOptions>>(bus);
        var blobs = new LocalBlobs();
        builder.Services.AddSingleton<IConfigureOptions<BlobClientOptions>>(blobs);
        return new LocalHost(builder.Build(), app, _hostJson, cosmos, bus, blobs, _problem);
    }

    // What is wrong here is told by StartAsync: until then there is no host whose Run() could tell it without a stack trace.
    private void Configure(ConfigurationManager configuration)
    {
        var outer = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build();
        var data = LocalPaths.Data(outer);
        var secrets = new GeneratedSecrets(data);
        try
        {
            _hostJson = HostJson.Read(app.Folder);
            configuration.AddInMemoryCollection(LocalSettings.Read(app.Folder, data, name => outer[name.Replace("__", ":", StringComparison.Ordinal)] ?? secrets.For(name)));
        }
        catch (StartException problem)
        {
            _problem = problem;
        }

        configuration.AddConfiguration(outer, shouldDisposeConfiguration: true);
    }

    private void ConfigureLogging(ILoggingBuilder logging)
    {
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
        });
        logging.SetMinimumLevel(LogLevel.Warning);

        // It would tell why a start failed with a stack trace; LocalHost tells it in one sentence.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        foreach (var (category, level) in _hostJson.LogLevels)
            logging.AddFilter(category.Equals("default", StringComparison.OrdinalIgnoreCase) ? null : category, level);
    }

    private static void AddDefaults(IServiceCollection services)
    {
        services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
        services.Configure<ConsoleLifetimeOptions>(options => options.SuppressStatusMessages = true);
        services.AddWorkerOptions();
        services.AddSingleton<FunctionRetries>();
        services.AddSingleton<ITriggerListener, HttpTriggerListener>();
        services.AddSingleton<ITriggerListener, CosmosTriggerListener>();
        services.AddSingleton<ITriggerListener, TimerTriggerListener>();
        services.AddSingleton<ITriggerListener, ServiceBusTriggerListener>();
    }
}
