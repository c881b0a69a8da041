using System.Net;
using Crm.Local.Cosmos.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Crm.Local.Cosmos;

/// <summary>Serves a store on a loopback port, for tools and processes other than the one that opened it.</summary>
public sealed class CosmosServer : IAsyncDisposable
{
    /// <summary>A batch of 2 MB and its framing; anything longer is refused before it is read.</summary>
    private const int LargestBody = 4 * 1024 * 1024;

    private readonly WebApplication _application;

    private CosmosServer(WebApplication application, int port)
    {
        _application = application;
        Port = port;
    }

    /// <summary>The port it listens on.</summary>
    public int Port { get; }

    /// <param name="port">0 for any free one.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<CosmosServer> StartAsync(CosmosStore store, int port, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = LargestBody;
            options.Listen(IPAddress.Loopback, port);
        });
        var application = builder.Build();
        application.Run(context => AnswerAsync(context, store.Processor));
        try
        {
            await application.StartAsync(cancellation);
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }

        return new CosmosServer(application, new Uri(application.Urls.First()).Port);
    }

    /// <summary>Stops listening after the requests under way; the store stays open.</summary>
    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
    }

    private static async Task AnswerAsync(HttpContext context, RequestProcessor processor)
    {
        using var body = new MemoryStream((int)Math.Min(context.Request.ContentLength ?? 0, LargestBody));
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var answer = await processor.ProcessAsync(new Request(context, body.GetBuffer().AsMemory(0, (int)body.Length)));
        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
            context.Response.Headers[name] = value;
        if (answer.Body.IsEmpty)
            return;
        context.Response.ContentType = answer.ContentType;
        context.Response.ContentLength = answer.Body.Length;
        await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
    }

    private sealed class Request(HttpContext context, ReadOnlyMemory<byte> body)
        : WireRequest(context.Request.Method, Path(context), new Uri($"http://{context.Request.Host}/"), body)
    {
        public override string? Header(string name) =>
            context.Request.Headers.TryGetValue(name, out var value) ? value.ToString() : null;

        // The raw target: the decoded path could not tell a slash inside an id from one between segments.
        private static string Path(HttpContext context)
        {
            var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
            if (!target.StartsWith('/'))
                return Uri.TryCreate(target, UriKind.Absolute, out var uri) ? uri.AbsolutePath : "/";
            var query = target.IndexOf('?', StringComparison.Ordinal);
            return query < 0 ? target : target[..query];
        }
    }
}
