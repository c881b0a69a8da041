using System.Net.Mime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Crm.Benchmarks.Api;

/// <summary>Kestrel answering a kilobyte of JSON and doing nothing else: the most this machine and these clients could see.</summary>
internal sealed class Floor : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Floor(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    public static async Task<Floor> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var body = System.Text.Encoding.UTF8.GetBytes($$"""{ "text": "{{new string('x', 1000)}}" }""");
        app.MapGet("/", () => Results.Bytes(body, MediaTypeNames.Application.Json));
        await app.StartAsync();
        return new Floor(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
