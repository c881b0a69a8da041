using Crm.Local.Functions.Catalog;
using Crm.Local.Functions.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Crm.Local.Functions.Startup;

/// <summary>
/// The order of starting and stopping: data folder, the app's hosted services, triggers; and back. So no event reaches a function
/// before the app has set itself up, or after it has begun to take itself down.
/// </summary>
internal sealed class LocalHost(IHost app, AppUnderHost assembly, HostJson hostJson, StartException? problem) : IHost, IAsyncDisposable
{
    private readonly List<ITriggerListener> _listening = [];
    private DataFolder? _data;

    public IServiceProvider Services => app.Services;

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        StartException.PrintWithoutStackTrace();
        try
        {
            if (problem is not null) throw problem;
            var functions = FunctionCatalog.Of(assembly.Assembly);
            var listeners = FunctionCatalog.Assign(functions, Services.GetServices<ITriggerListener>(), hostJson);
            _data = DataFolder.Hold(LocalPaths.Data(Services.GetRequiredService<IConfiguration>()));
            await app.StartAsync(cancellationToken);
            foreach (var listener in listeners)
            {
                await listener.StartAsync(cancellationToken);
                _listening.Add(listener);
            }
        }
        catch (Exception e)
        {
            await TearDownAsync();
            if (Explain(e) is { } failure) throw failure;
            throw;
        }

        ReadyMessage.Print(Console.Out, _listening, _data.Path);
    }

    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout);
        await StopListenersAsync(deadline.Token);
        await app.StopAsync(deadline.Token);
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        if (app is IAsyncDisposable disposable) await disposable.DisposeAsync();
        _data?.Dispose();
        _data = null;
    }

    private async Task StopListenersAsync(CancellationToken cancellation)
    {
        for (var i = _listening.Count - 1; i >= 0; i--)
            await _listening[i].StopAsync(cancellation);
        _listening.Clear();
    }

    // The reason not to start is what the caller should hear; a second failure on the way down would only hide it.
    private async Task TearDownAsync()
    {
        try
        {
            await StopListenersAsync(CancellationToken.None);
            await app.StopAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
        }

        _data?.Dispose();
        _data = null;
    }

    private static StartException? Explain(Exception e) => e switch
    {
        StartException failure => failure,
        OptionsValidationException invalid => new StartException(string.Join(' ', invalid.Failures), invalid),
        AggregateException { InnerExceptions: var all } when all.All(inner => inner is OptionsValidationException) =>
            new StartException(string.Join(' ', all.Cast<OptionsValidationException>().SelectMany(inner => inner.Failures)), e),
        InvalidOperationException refused => new StartException(refused.Message, refused),
        _ => null,
    };
}
