using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Local.Tests.Functions;

public class ResultTests
{
    [Theory]
    [InlineData("/text", 200, "text")]
    [InlineData("/action", 202, "\"action\"")]
    [InlineData("/object", 200, "")]
    [InlineData("/nothing", 200, "")]
    [InlineData("/task", 200, "")]
    [InlineData("/value-task", 200, "value")]
    [InlineData("/properties", 200, "property")]
    [InlineData("/static", 200, "static")]
    [InlineData("/written", 203, "written")]
    public async Task Result_OfEachKind_IsAnswered(string path, int status, string body)
    {
        await using var app = await TestApp.StartAsync<Samples>();
        Assert.Equal(status, await app.StatusAsync(path));
        Assert.Equal(body, await app.GetAsync(path));
    }

    [Fact]
    public async Task Exception_OfAFunction_Returns500WithoutBodyAndLogsOnce()
    {
        await using var app = await TestApp.StartAsync<Samples>();
        using var response = await app.Client.GetAsync(new Uri("/throw", UriKind.Relative));
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal(0, response.Content.Headers.ContentLength);
        Assert.False(response.Headers.Contains("x-set"));
        Assert.Contains("'Throw'", Assert.Single(app.Logs.Errors), StringComparison.Ordinal);
    }

    public sealed class Outputs
    {
        [HttpResult]
        public IResult Answer { get; } = Results.Text("property");
    }

    public sealed class Samples
    {
        [Function("Text")]
        public IResult Text([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Text("text");

        [Function("Action")]
        public async Task<IActionResult> Action([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
        {
            await Task.Yield();
            return new ObjectResult("action") { StatusCode = 202, ContentTypes = { "application/json" } };
        }

        [Function("Object")]
        public object Plain([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => new { ignored = true };

        [Function("Nothing")]
        public void Nothing([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
        {
        }

        [Function("Task")]
        public async Task Later([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => await Task.Yield();

        [Function("ValueTask")]
        public async ValueTask<IResult> Value([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "value-task")] HttpRequest request)
        {
            await Task.Yield();
            return Results.Text("value");
        }

        [Function("Properties")]
        public Outputs Properties([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => new();

        [Function("Static")]
        public static IResult Static([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Text("static");

        [Function("Written")]
        public async Task Written([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
        {
            request.HttpContext.Response.StatusCode = 203;
            await request.HttpContext.Response.WriteAsync("written");
        }

        [Function("Throw")]
        public IResult Throw([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
        {
            request.HttpContext.Response.StatusCode = 201;
            request.HttpContext.Response.Headers["x-set"] = "1";
            throw new InvalidOperationException("thrown");
        }
    }
}
