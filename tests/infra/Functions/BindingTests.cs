using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace Crm.Local.Tests.Functions;

public class BindingTests
{
    [Theory]
    [InlineData("/data", "", "-")]
    [InlineData("/data?q=query", "", "query")]
    [InlineData("/data?Q=query", "", "query")]
    [InlineData("/data", """{"Q":"body"}""", "body")]
    [InlineData("/data?q=query", """{"q":"body"}""", "query")]
    [InlineData("/data/route?q=query", """{"q":"body"}""", "route")]
    [InlineData("/data", """{"q":{"a":1}}""", """{"a":1}""")]
    [InlineData("/data", """{"q":[1]}""", "-")]
    [InlineData("/data", """{"q":true}""", "True")]
    [InlineData("/data", """{"q":null}""", "-")]
    [InlineData("/data", "not json", "-")]
    public async Task SimpleParameter_FromBodyQueryAndRoute_LaterOnesWin(string path, string body, string value)
    {
        await using var app = await TestApp.StartAsync<Samples>();
        Assert.Equal($"{value}|{body}", await PostAsync(app, path, body));
    }

    [Theory]
    [InlineData("/typed?number=5&flag=true&id=0193a1f0-0000-7000-8000-000000000000&at=2026-01-02T03:04:05Z", "5 True 0193a1f0-0000-7000-8000-000000000000 2026-01-02T03:04:05Z 7")]
    [InlineData("/typed?number=5&flag=true&count=9", "5 True   9")]
    [InlineData("/typed?flag=true", null)]
    [InlineData("/typed?number=five&flag=true", null)]
    [InlineData("/typed?number=5&flag=True", null)]
    public async Task SimpleParameter_OfAnotherType_IsReadAsJson(string path, string? answer)
    {
        await using var app = await TestApp.StartAsync<Samples>();
        if (answer is null) Assert.Equal(500, await app.StatusAsync(path));
        else Assert.Equal(answer, await app.GetAsync(path));
    }

    [Fact]
    public async Task SimpleParameter_NamedCode_IsNotFilledFromTheQuery()
    {
        await using var app = await TestApp.StartAsync<Samples>();
        Assert.Equal("-", await app.GetAsync("/code?code=secret"));
    }

    [Fact]
    public async Task SpecialTypes_OfParameters_AreThoseOfTheInvocation()
    {
        await using var app = await TestApp.StartAsync<Samples>();
        Assert.Equal("Special /special same scope, no HttpContext, a token", await app.GetAsync("/special"));
    }

    [Fact]
    public async Task FromBody_OfJson_IsBoundAsMvcDoes()
    {
        await using var app = await TestApp.StartAsync<Samples>();
        Assert.Equal("Ada 36", await PostAsync(app, "/person", """{"name":"Ada","age":36}"""));
    }

    [Theory]
    [InlineData("""{"name":""")]
    [InlineData("""{"name":"Ada","age":"old"}""")]
    public async Task FromBody_OfBadJson_FailsTheCall(string body)
    {
        await using var app = await TestApp.StartAsync<Samples>();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await app.Client.PostAsync(new Uri("/person", UriKind.Relative), content);
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsStringAsync());
        Assert.Single(app.Logs.Errors);
    }

    [Fact]
    public async Task HttpRequestData_ReadAndAnswered_IsTheRequestItself()
    {
        await using var app = await TestApp.StartAsync<Samples>();
        using var content = new StringContent("""{"name":"Ada","age":36}""", Encoding.UTF8, "application/json");
        using var response = await app.Client.PostAsync(new Uri("/worker?x=1", UriKind.Relative), content);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("yes", response.Headers.GetValues("x-own").Single());
        Assert.Equal("seen=1; path=/", response.Headers.GetValues("Set-Cookie").Single());
        Assert.Equal("""{"Name":"Ada","Age":36,"Query":"1"}""", await response.Content.ReadAsStringAsync());
    }

    private static async Task<string> PostAsync(TestApp app, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await app.Client.PostAsync(new Uri(path, UriKind.Relative), content);
        return await response.Content.ReadAsStringAsync();
    }

    public sealed record Person(string Name, int Age);

    public sealed class Samples
    {
        [Function("Data")]
        public async Task<IResult> Data([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "data/{q?}")] HttpRequest request, string? q)
        {
            using var reader = new StreamReader(request.Body);
            return Results.Text($"{q ?? "-"}|{await reader.ReadToEndAsync()}");
        }

        [Function("Typed")]
        public IResult Typed([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "typed")] HttpRequest request, int number, bool flag, Guid? id, DateTimeOffset? at, int count = 7) =>
            Results.Text($"{number} {flag} {id} {at?.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ} {count}");

        [Function("Code")]
        public IResult Code([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "code")] HttpRequest request, string? code) => Results.Text(code ?? "-");

        [Function("Special")]
        public IResult Special([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "special")] HttpRequest request, FunctionContext context, HttpContext? http, CancellationToken cancellation) =>
            Results.Text($"{context.FunctionDefinition.Name} {request.Path} {(request.HttpContext.RequestServices == context.InstanceServices ? "same scope" : "?")}, "
                + $"{(http is null ? "no HttpContext" : "?")}, {(cancellation.CanBeCanceled ? "a token" : "?")}");

        [Function("Person")]
        public IResult Create([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "person")] HttpRequest request, [FromBody] Person person) =>
            Results.Text($"{person.Name} {person.Age}");

        [Function("Worker")]
        public async Task<HttpResponseData> Worker([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "worker")] HttpRequestData request)
        {
            var person = await request.ReadFromJsonAsync<Person>();
            var response = request.CreateResponse(HttpStatusCode.Created);
            response.Headers.Add("x-own", "yes");
            response.Cookies.Append("seen", "1");
            await response.WriteAsJsonAsync(new { person!.Name, person.Age, Query = request.Query["x"] });
            return response;
        }
    }
}
