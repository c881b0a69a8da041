using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Crm.Tests.Docs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Crm.Tests.Webhooks;

/// <summary>What a receiver was sent.</summary>
internal sealed record Received(IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>The body, which is as it is described.</summary>
    public JsonObject Event
    {
        get
        {
            var sent = (JsonObject)JsonNode.Parse(Body)!;
            Assert.Empty(ApiContract.Shared.Check("WebhookEvent", sent));
            return sent;
        }
    }

    public string Id => Headers["webhook-id"];
}

/// <summary>Somebody else's server, on a port of its own: keeps what it is sent and answers as the test says.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Received> _received = new();

    private Receiver(WebApplication app) => _app = app;

    /// <summary>How it answers; 204 at first.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = Status(204);

    public IReadOnlyList<Received> Received => [.. _received];

    public string Url => $"{_app.Urls.Single()}/hook";

    public static async Task<Receiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new Receiver(builder.Build());
        receiver._app.Run(receiver.TakeAsync);
        await receiver._app.StartAsync();
        return receiver;
    }

    public static Func<HttpContext, Task> Status(int status, params (string Name, string Value)[] headers) => context =>
    {
        context.Response.StatusCode = status;
        foreach (var (name, value) in headers)
            context.Response.Headers[name] = value;
        return Task.CompletedTask;
    };

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new StreamReader(context.Request.Body);
        _received.Enqueue(new Received(context.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString()), await body.ReadToEndAsync()));
        await Answer(context);
    }
}
