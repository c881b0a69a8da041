using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace Crm.Local.Functions.Http;

internal sealed class RequestData(HttpRequest request, FunctionContext context) : HttpRequestData(context)
{
    private HttpHeadersCollection? _headers;
    private IHttpCookie[]? _cookies;

    public override Stream Body => request.Body;

    public override HttpHeadersCollection Headers => _headers ??= new HttpHeadersCollection(request.Headers.Select(header =>
        KeyValuePair.Create(header.Key, header.Value.OfType<string>())));

    public override IReadOnlyCollection<IHttpCookie> Cookies => _cookies ??= [.. request.Cookies.Select(cookie => new HttpCookie(cookie.Key, cookie.Value))];

    public override Uri Url { get; } = new(request.GetEncodedUrl());

    public override IEnumerable<ClaimsIdentity> Identities => request.HttpContext.User.Identities;

    public override string Method => request.Method;

    public override HttpResponseData CreateResponse() => new ResponseData(request.HttpContext.Response, FunctionContext);
}
