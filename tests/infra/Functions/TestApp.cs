using Crm.Local.Functions.Catalog;
using Crm.Local.Functions.Startup;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Crm.Local.Tests.Functions;

/// <summary>An app under the real local host, on a port and in a folder of its own.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    private readonly string _folder;

    private TestApp(string folder, IHost host, RecordingLogs logs)
    {
        _folder = folder;
        Host = host;
        Logs = logs;
    }

    public IHost Host { get; }

    public RecordingLogs Logs { get; }

    public HttpClient Client { get; } = new();

    public string Folder => _folder;

    public string DataFolder => Path.Combine(_folder, "data");

    public static Task<TestApp> StartAsync<T>(Action<FunctionsApplicationBuilder>? configure = null, Options? options = null) => StartAsync([typeof(T)], configure, options);

    public static async Task<TestApp> StartAsync(Type[] functions, Action<FunctionsApplicationBuilder>? configure = null, Options? options = null)
    {
        var app = Build(functions, configure, options);
        try
        {
            await app.Host.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        if (app.Host.Services.GetServices<ITriggerListener>().SelectMany(listener => listener.Addresses).SingleOrDefault() is { } address)
            app.Client.BaseAddress = new Uri(address);
        return app;
    }

    public static TestApp Build(Type[] functions, Action<FunctionsApplicationBuilder>? configure = null, Options? options = null)
    {
        options ??= new Options();
        var folder = options.Folder ?? Directory.CreateTempSubdirectory("crm-host-").FullName;
        File.WriteAllText(Path.Combine(folder, "host.json"), options.HostJson);
        if (options.Sample is { } sample) File.WriteAllText(Path.Combine(folder, "local.settings.sample.json"), sample);
        if (options.Settings is { } settings) File.WriteAllText(Path.Combine(folder, "local.settings.json"), settings);
        string[] args = ["--urls=http://127.0.0.1:0", $"--CRM_DATA={Path.Combine(folder, "data")}", "--CRM_COSMOS_PORT=0", .. options.Arguments];
        var builder = new FunctionsApplicationBuilder(args, new AppUnderHost(typeof(TestApp).Assembly.GetName().Name!, functions, folder));
        var logs = new RecordingLogs();
        builder.Logging.ClearProviders().AddProvider(logs);
        if (configure is null) builder.ConfigureFunctionsWebApplication();
        else configure(builder);
        return new TestApp(folder, builder.Build(), logs);
    }

    public static async Task<string> RefusalAsync(params Type[] functions)
    {
        var refused = await Assert.ThrowsAsync<StartException>(() => StartAsync(functions));
        return refused.Message;
    }

    public async Task<string> GetAsync(string path)
    {
        using var response = await Client.GetAsync(path);
        return await response.Content.ReadAsStringAsync();
    }

    public async Task<int> StatusAsync(string path, HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, path);
        using var response = await Client.SendAsync(request);
        return (int)response.StatusCode;
    }

    /// <summary>Stops the app and keeps its folder, for another to start in.</summary>
    public async Task StopAsync()
    {
        Client.Dispose();
        await Host.StopAsync();
        await ((IAsyncDisposable)Host).DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    internal sealed record Options
    {
        public string HostJson { get; init; } = """{ "version": "2.0", "extensions": { "http": { "routePrefix": "" } } }""";

        public string? Settings { get; init; }

        public string? Sample { get; init; }

        public string[] Arguments { get; init; } = [];

        public string? Folder { get; init; }
    }
}
