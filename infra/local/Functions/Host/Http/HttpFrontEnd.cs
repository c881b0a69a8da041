using Crm.Local.Functions.Invocation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Local.Functions.Http;

/// <summary>
/// A request's way: the host's routing and access check, then the worker's ASP.NET pipeline (the app's startup filters, forwarded headers), then the function.
/// Filters see only requests that a function will answer.
/// </summary>
internal sealed class HttpFrontEnd : IHttpApplication<HttpContext>
{
    private readonly IHttpContextFactory _contexts;
    private readonly FunctionInvoker _invoker;
    private readonly RouteTable _routes;
    private readonly RequestDelegate _pipeline;
    private readonly StartPage _startPage;
    private readonly Cors _cors;

    public HttpFrontEnd(IServiceProvider services, RouteTable routes)
    {
        _contexts = services.GetRequiredService<IHttpContextFactory>();
        _invoker = services.GetRequiredService<FunctionInvoker>();
        _routes = routes;
        _startPage = new StartPage(routes.Routes);
        _cors = new Cors(services.GetRequiredService<IConfiguration>());
        Action<IApplicationBuilder> configure = app => app.UseForwardedHeaders().Run(InvokeAsync);
        foreach (var filter in services.GetServices<IStartupFilter>().Reverse())
            configure = filter.Configure(configure);
        var builder = new ApplicationBuilder(services);
        configure(builder);
        _pipeline = builder.Build();
    }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => _contexts.Create(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception) => _contexts.Dispose(context);

    public Task ProcessRequestAsync(HttpContext context)
    {
        if (_cors.Answers(context)) return Task.CompletedTask;
        if (context.Request.Path.Value is "/" or "") return _startPage.WriteAsync(context);
        if (!_routes.TryMatch(context, out var route, out var values))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        // No keys exist here, so none can be right.
        if (route.AuthLevel is not AuthorizationLevel.Anonymous)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        }

        context.Features.Set(new Match(route, values));
        context.Request.RouteValues = values;
        return _pipeline(context);
    }

    private async Task InvokeAsync(HttpContext http)
    {
        var match = http.Features.Get<Match>()!;
        var trigger = new HttpTriggerData(http, match.Route, match.Values);
        await using var context = _invoker.CreateContext(match.Route.Function, trigger);
        http.Features.Set<IServiceProvidersFeature>(new InvocationServices(context));
        try
        {
            await trigger.LoadAsync();
            await _invoker.RunAsync(context);
        }
        catch (Exception)
        {
            // Logged where it was thrown. Once something is sent, the response ends there as if it were whole: so it is in the worker.
            if (http.Response.HasStarted) return;
            http.Response.Clear();
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    private sealed record Match(FunctionRoute Route, RouteValueDictionary Values);

    private sealed class InvocationServices(FunctionContext context) : IServiceProvidersFeature
    {
        public IServiceProvider RequestServices
        {
            get => context.InstanceServices;
            set => context.InstanceServices = value;
        }
    }
}
