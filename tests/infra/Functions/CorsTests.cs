using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Local.Tests.Functions;

/// <summary>Cross-origin requests, as the settings file allows them.</summary>
public sealed class CorsTests
{
    private const string Settings = """{ "Host": { "CORS": "https://app.example,https://other.example", "CORSCredentials": true }, "Values": {} }""";

    [Fact]
    public async Task Preflight_OfAnAllowedOrigin_IsAnsweredBeforeTheApp()
    {
        await using var app = await TestApp.StartAsync<Greeting>(options: new() { Settings = Settings });
        using var request = new HttpRequestMessage(HttpMethod.Options, "/greeting");
        request.Headers.Add("Origin", "https://app.example");
        request.Headers.Add("Access-Control-Request-Method", "PATCH");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,if-match");

        using var answer = await app.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal("https://app.example", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Equal("PATCH", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Methods")));
        Assert.Equal("authorization,if-match", string.Join(',', answer.Headers.GetValues("Access-Control-Allow-Headers")));
        Assert.Equal("true", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Credentials")));
    }

    [Theory]
    [InlineData("https://app.example", Settings, "https://app.example")]
    [InlineData("https://evil.example", Settings, null)]
    [InlineData("https://app.example.evil.example", Settings, null)]
    [InlineData("https://any.example", """{ "Host": { "CORS": "*" }, "Values": {} }""", "*")]
    [InlineData("https://app.example", """{ "Values": {} }""", null)]
    public async Task Answer_IsMarkedForAllowedOriginsAlone(string origin, string settings, string? allowed)
    {
        await using var app = await TestApp.StartAsync<Greeting>(options: new() { Settings = settings });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/greeting");
        request.Headers.Add("Origin", origin);

        using var answer = await app.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(allowed, answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var marked) ? marked.Single() : null);
    }

    public sealed class Greeting
    {
        [Function("Greeting")]
        public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "greeting")] HttpRequest request) => Results.Text(request.Path);
    }
}
