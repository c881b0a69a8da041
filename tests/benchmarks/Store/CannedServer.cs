using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Crm.Benchmarks.Store;

/// <summary>Kestrel answering with what was kept: the floor of the SDK over a port.</summary>
internal sealed class CannedServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private CannedServer(WebApplication application) => _application = application;

    public Uri Address => new($"http://localhost:{new Uri(_application.Urls.First()).Port}/");

    public static async Task<CannedServer> StartAsync(CannedAnswers answers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        var application = builder.Build();
        application.Run(context => AnswerAsync(context, answers));
        await application.StartAsync();
        return new CannedServer(application);
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
    }

    private static async Task AnswerAsync(HttpContext context, CannedAnswers answers)
    {
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        if (answers.Find(context.Request.Method, context.Request.Path.Value!, context.Request.Headers.ContainsKey) is not { } answer)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.StatusCode = (int)answer.Status;
        foreach (var (name, value) in answer.Headers) context.Response.Headers[name] = value;
        if (answer.Body.Length == 0) return;
        context.Response.ContentType = answer.ContentType;
        context.Response.ContentLength = answer.Body.Length;
        await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
    }
}
