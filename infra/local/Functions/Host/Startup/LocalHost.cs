using Crm.Local.Functions.Blobs;
using Crm.Local.Functions.Catalog;
using Crm.Local.Functions.Cosmos;
using Crm.Local.Functions.ServiceBus;
using Crm.Local.Functions.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Crm.Local.Functions.Startup;

/// <summary>
/// The order of starting and stopping: data folder, store, queues and blobs, the app's hosted services, triggers; and back. So no event reaches a
/// function before the app has set itself up or after it has begun to take itself down, and nothing of the app outlives them.
/// </summary>
internal sealed partial class LocalHost(
    IHost app, AppUnderHost underHost, HostJson hostJson, LocalCosmos cosmos, LocalServiceBus bus, LocalBlobs blobs, StartException? problem) : IHost, IAsyncDisposable
{
    private readonly List<ITriggerListener> _listening = [];
    private DataFolder? _data;

    public IServiceProvider Services => app.Services;

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        StartException.PrintWithoutStackTrace();
        try
        {
            await StartInOrderAsync(cancellationToken);
        }
        catch (Exception e)
        {
            Log.NotStarted(Services.GetRequiredService<ILoggerFactory>().CreateLogger<LocalHost>(), e);
            await StopAfterFailureAsync();
            throw Explain(e) ?? e;
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout);
        // At once, so that a function that will not end takes no time from the others.
        await Task.WhenAll(_listening.Select(listener => listener.StopAsync(deadline.Token)));
        _listening.Clear();
        await app.StopAsync(deadline.Token);
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        if (app is IAsyncDisposable disposable) await disposable.DisposeAsync();
        else app.Dispose();
        await blobs.DisposeAsync();
        await bus.DisposeAsync();
        await cosmos.DisposeAsync();
        _data?.Dispose();
    }

    private async Task StartInOrderAsync(CancellationToken cancellation)
    {
        if (problem is not null) throw problem;
        var configuration = Services.GetRequiredService<IConfiguration>();
        var functions = FunctionCatalog.Enabled(FunctionCatalog.Of(underHost.Types), configuration);
        var listeners = FunctionCatalog.Assign(functions, Services.GetServices<ITriggerListener>(), hostJson);
        _data = DataFolder.Hold(LocalPaths.Data(configuration));
        await cosmos.OpenAsync(configuration, _data.Path, cancellation);
        bus.Open(configuration, underHost.Folder, _data.Path, Services.GetService<TimeProvider>() ?? TimeProvider.System);
        blobs.Open(configuration, _data.Path);
        await app.StartAsync(cancellation);
        // First, so that one that fails half-way is stopped too.
        _listening.AddRange(listeners);
        // One that refuses at once does not leave the others starting behind the back of who stops them.
        await Task.WhenAll(listeners.Select(async listener => await listener.StartAsync(cancellation)));

        ReadyMessage.Print(Console.Out, _listening, functions, _data.Path, cosmos.Address);

        // Last: another process that starts beside this one would slow it down.
        blobs.Start();
    }

    // The reason not to start is what the caller should hear: a second failure on the way down would hide it.
    private async Task StopAfterFailureAsync()
    {
        try
        {
            await StopAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
        }
    }

    private static StartException? Explain(Exception e) => e switch
    {
        StartException => null,
        OptionsValidationException invalid => new StartException(string.Join(' ', invalid.Failures), invalid),
        AggregateException { InnerExceptions: var all } when all.All(inner => inner is OptionsValidationException) =>
            new StartException(string.Join(' ', all.Cast<OptionsValidationException>().SelectMany(inner => inner.Failures)), e),
        InvalidOperationException refused => new StartException(refused.Message, refused),
        _ => null,
    };

    private static partial class Log
    {
        // At this level because the sentence is for everybody, and the stack trace for who asks for it.
        [LoggerMessage(1, LogLevel.Debug, "Not started")]
        public static partial void NotStarted(ILogger logger, Exception exception);
    }
}
