using System.Net.Sockets;
using Crm.Local.Functions.Catalog;
using Crm.Local.Functions.Settings;
using Crm.Local.Functions.Startup;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Constraints;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Crm.Local.Functions.Http;

/// <summary>The HTTP trigger: Kestrel, started after the app's own hosted services and stopped before them.</summary>
internal sealed class HttpTriggerListener(IServiceProvider services, IConfiguration configuration, ILoggerFactory loggers) : ITriggerListener, IDisposable
{
    private const string DefaultUrl = "http://127.0.0.1:7071";

    // The host's own limit, in bytes: 210 MB.
    private const long MaxRequestBody = 210L * 1024 * 1024;
    private HttpFrontEnd? _frontEnd;
    private KestrelServer? _server;
    private string? _example;

    public Type TriggerAttribute => typeof(HttpTriggerAttribute);

    public IReadOnlyCollection<string> Addresses { get; private set; } = [];

    public string? Example => Addresses.FirstOrDefault() is { } address ? $"curl {address}/{_example}" : null;

    public void Take(IReadOnlyList<LocalFunction> functions, HostJson hostJson)
    {
        if (functions.Count > 0 && services.GetService<IHttpContextFactory>() is null)
            throw new StartException("The app has HTTP functions and does not call ConfigureFunctionsWebApplication().");

        // Not the app's RouteOptions: the host knows the built-in constraints only. Regular expressions have to be asked for since .NET 8.
        var known = new RouteOptions();
        known.SetParameterPolicy<RegexInlineRouteConstraint>("regex");
        var constraints = new DefaultInlineConstraintResolver(Options.Create(known), services);
        var routes = functions.Select(function => new FunctionRoute(function, hostJson.RoutePrefix, constraints)).ToArray();
        _example = Array.Find(routes, route => route.IsCallableAsIs)?.Text.TrimStart('/');
        if (routes.Length > 0) _frontEnd = new HttpFrontEnd(services, new RouteTable(routes));
    }

    public async Task StartAsync(CancellationToken cancellation)
    {
        if (_frontEnd is null) return;
        var options = new KestrelServerOptions { AddServerHeader = false, ApplicationServices = services };
        options.Limits.MaxRequestBodySize = MaxRequestBody;
        _server = new KestrelServer(Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers), loggers);
        var addresses = _server.Features.Get<IServerAddressesFeature>()!.Addresses;
        var urls = Urls();
        foreach (var url in urls)
            addresses.Add(url);
        try
        {
            await _server.StartAsync(_frontEnd, cancellation);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new StartException($"The port of {string.Join(" or ", urls)} is in use. Stop what listens there, or choose another with --urls=http://127.0.0.1:<port>.", e);
        }
        catch (Exception e) when (e is SocketException or IOException or FormatException or InvalidOperationException)
        {
            throw new StartException($"Cannot listen on {string.Join(", ", urls)}: {e.Message}", e);
        }

        Addresses = [.. addresses];
    }

    public Task StopAsync(CancellationToken deadline) => _server?.StopAsync(deadline) ?? Task.CompletedTask;

    public void Dispose() => _server?.Dispose();

    private string[] Urls()
    {
        var urls = configuration["urls"] ?? configuration["ASPNETCORE_URLS"] ?? DefaultUrl;
        return urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
