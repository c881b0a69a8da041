using System.Text.Json.Nodes;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Docs;

/// <summary>This description, for programs and for people.</summary>
public sealed class DocsFunctions(DocsContents contents)
{
    /// <summary>Describes the API as OpenAPI 3.1.</summary>
    [Function("DocsDescription"), Public]
    [Operation("readDescription"), Answers(200, typeof(JsonObject)), Answers(304)]
    public async Task<IResult> Description([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "openapi.json")] HttpRequest request) =>
        request.RefuseQuery() is { } unknown ? Problems.From(unknown) : (await contents.DescriptionAsync()).Answer();

    /// <summary>Shows the description as a page from which requests can be sent.</summary>
    [Function("DocsPage"), Public]
    [Operation("showDescription"), Answers(200, typeof(string), MediaType = MediaTypes.Html), Answers(304)]
    public IResult Page([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "docs")] HttpRequest request) => Answer(request, contents.Page);

    /// <summary>The script of that page.</summary>
    [Function("DocsScript"), Public]
    [Operation("readDescriptionScript"), Answers(200, typeof(string), MediaType = MediaTypes.JavaScript), Answers(304)]
    public IResult Script([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "docs/scalar.js")] HttpRequest request) => Answer(request, contents.Script);

    private static IResult Answer(HttpRequest request, ServedContent content) => request.RefuseQuery() is { } unknown ? Problems.From(unknown) : content.Answer();
}
