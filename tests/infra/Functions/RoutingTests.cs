using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Local.Tests.Functions;

public class RoutingTests
{
    [Theory]
    [InlineData("/orders/42", "BGeneric orders 42")]
    [InlineData("/orders", "BGeneric orders ")]
    [InlineData("/orders/", "BGeneric orders ")]
    [InlineData("/ORDERS/42/submit", "Submit 42")]
    public async Task Route_WhenSeveralMatch_IsTheFirstByFunctionName(string path, string answer)
    {
        await using var app = await TestApp.StartAsync<ByName>();
        Assert.Equal(answer, await app.GetAsync(path));
    }

    [Theory]
    [InlineData("GET", 200)]
    [InlineData("POST", 200)]
    [InlineData("PUT", 404)]
    [InlineData("HEAD", 404)]
    [InlineData("OPTIONS", 404)]
    public async Task Method_NotDeclared_Returns404(string method, int status)
    {
        await using var app = await TestApp.StartAsync<ByMethod>();
        Assert.Equal(status, await app.StatusAsync("/things", new HttpMethod(method)));
        Assert.Equal(200, await app.StatusAsync("/anything", new HttpMethod(method)));
    }

    [Theory]
    [InlineData("/v1/contacts", "contacts")]
    [InlineData("/v1/CONTACTS", "CONTACTS")]
    [InlineData("/v1/stock-items", "stock-items")]
    [InlineData("/v1/orders", null)]
    [InlineData("/guid/0193a1f0-0000-7000-8000-000000000000", "0193a1f0-0000-7000-8000-000000000000")]
    [InlineData("/guid/x", null)]
    [InlineData("/alpha/abc", "abc")]
    [InlineData("/alpha/abc1", null)]
    [InlineData("/number/42", "42")]
    [InlineData("/number/x", null)]
    [InlineData("/length/abc", "abc")]
    [InlineData("/length/abcd", null)]
    [InlineData("/docs", "")]
    [InlineData("/docs/a/b.css", "a/b.css")]
    public async Task Constraint_BuiltIn_Decides(string path, string? value)
    {
        await using var app = await TestApp.StartAsync<Constrained>();
        if (value is null) Assert.Equal(404, await app.StatusAsync(path));
        else Assert.Equal(value, await app.GetAsync(path));
    }

    [Theory]
    [InlineData("/text/a%2Fb", "a%2Fb")]
    [InlineData("/text/a%20b", "a b")]
    [InlineData("/text/%F0%9F%98%80", "😀")]
    public async Task Segment_Encoded_IsDecodedExceptForTheSlash(string path, string value)
    {
        await using var app = await TestApp.StartAsync<Text>();
        Assert.Equal(value, await app.GetAsync(path));
    }

    [Fact]
    public async Task Path_WithNullCharacter_Returns400()
    {
        await using var app = await TestApp.StartAsync<Text>();
        using var client = new TcpClient("127.0.0.1", app.Client.BaseAddress!.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET /text/a%00b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(client.GetStream());
        Assert.StartsWith("HTTP/1.1 400", await reader.ReadLineAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prefix_OfHostJson_StandsBeforeEveryRoute()
    {
        await using var app = await TestApp.StartAsync<Text>(options: new() { HostJson = """{ "version": "2.0", "unknown": 1 }""" });
        Assert.Equal("x", await app.GetAsync("/api/text/x"));
        Assert.Equal("Unrouted", await app.GetAsync("/api/unrouted"));
        Assert.Equal(404, await app.StatusAsync("/text/x"));
    }

    [Fact]
    public async Task Root_OfTheHost_ListsTheFunctions()
    {
        await using var app = await TestApp.StartAsync<Text>();
        var page = await app.GetAsync("/");
        Assert.Contains("text/{value}", page, StringComparison.Ordinal);
        Assert.Contains("<a href=\"/Unrouted\">", page, StringComparison.Ordinal);
        Assert.Equal(404, await app.StatusAsync("/", HttpMethod.Post));
    }

    [Theory]
    [InlineData("/anonymous", 200)]
    [InlineData("/function", 401)]
    [InlineData("/only-admins", 401)]
    [InlineData("/silent", 401)]
    public async Task AuthorizationLevel_WithoutKey_IsEnforced(string path, int status)
    {
        await using var app = await TestApp.StartAsync<Levels>();
        Assert.Equal(status, await app.StatusAsync(path));
    }

    public sealed class ByName
    {
        [Function("ZLiteral")]
        public IResult Literal([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "orders/42")] HttpRequest request) => Results.Text("ZLiteral");

        [Function("BGeneric")]
        public IResult Generic([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "{entity}/{id?}")] HttpRequest request, string entity, string? id) =>
            Results.Text($"BGeneric {entity} {id}");

        [Function("Submit")]
        public IResult Submit([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "orders/{id}/submit")] HttpRequest request, string id) => Results.Text($"Submit {id}");
    }

    public sealed class ByMethod
    {
        [Function("Read")]
        public IResult Read([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "things")] HttpRequest request) => Results.Ok();

        [Function("Write")]
        public IResult Write([HttpTrigger(AuthorizationLevel.Anonymous, "POST", Route = "things")] HttpRequest request) => Results.Ok();

        [Function("Anything")]
        public IResult Anything([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => Results.Ok();
    }

    public sealed class Constrained
    {
        [Function("Entity")]
        public IResult Entity([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/{value:regex(^(contacts|stock-items)$)}")] HttpRequest request, string value) => Results.Text(value);

        [Function("Guid")]
        public IResult Unique([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "guid/{value:guid}")] HttpRequest request, string value) => Results.Text(value);

        [Function("Alpha")]
        public IResult Alpha([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "alpha/{value:alpha}")] HttpRequest request, string value) => Results.Text(value);

        [Function("Number")]
        public IResult Number([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "number/{value:int}")] HttpRequest request, int value) => Results.Text($"{value}");

        [Function("Length")]
        public IResult Length([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "length/{value:length(1,3)}")] HttpRequest request, string value) => Results.Text(value);

        [Function("Docs")]
        public IResult Docs([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "docs/{*path}")] HttpRequest request, string? path) => Results.Text(path);
    }

    public sealed class Text
    {
        [Function("Value")]
        public IResult Value([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "text/{value}")] HttpRequest request, string value) => Results.Text(value);

        [Function("Unrouted")]
        public IResult Unrouted([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Text("Unrouted");
    }

    public sealed class Levels
    {
        [Function("Anonymous")]
        public IResult Anonymous([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Ok();

        [Function("Function")]
        public IResult Function([HttpTrigger(AuthorizationLevel.Function, "get")] HttpRequest request) => Results.Ok();

        [Function("admins")]
        public IResult Admin([HttpTrigger(AuthorizationLevel.Admin, "get", Route = "only-admins")] HttpRequest request) => Results.Ok();

        [Function("Silent")]
        public IResult Silent([HttpTrigger("get")] HttpRequest request) => Results.Ok();
    }
}
