using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Extensions.Primitives;

namespace Crm.Local.Functions.Http;

/// <summary>The response itself: what is written to it is sent, whether or not the function returns it.</summary>
internal sealed class ResponseData : HttpResponseData
{
    private readonly HttpResponse _response;

    public ResponseData(HttpResponse response, FunctionContext context)
        : base(context)
    {
        _response = response;
        Cookies = new ResponseCookies(response);
        response.OnStarting(CopyHeaders);
    }

    public override HttpStatusCode StatusCode
    {
        get => (HttpStatusCode)_response.StatusCode;
        set => _response.StatusCode = (int)value;
    }

    public override HttpHeadersCollection Headers { get; set; } = [];

    public override Stream Body
    {
        get => _response.Body;
        set => _response.Body = value;
    }

    public override HttpCookies Cookies { get; }

    private Task CopyHeaders()
    {
        foreach (var (name, values) in Headers.NonValidated)
            _response.Headers[name] = new StringValues([.. values]);
        return Task.CompletedTask;
    }

    private sealed class ResponseCookies(HttpResponse response) : HttpCookies
    {
        public override void Append(string name, string value) => response.Cookies.Append(name, value);

        public override void Append(IHttpCookie cookie)
        {
            ArgumentNullException.ThrowIfNull(cookie);
            response.Cookies.Append(cookie.Name, cookie.Value, new CookieOptions
            {
                Domain = cookie.Domain,
                Path = cookie.Path,
                Expires = cookie.Expires,
                HttpOnly = cookie.HttpOnly ?? false,
                MaxAge = cookie.MaxAge is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                SameSite = cookie.SameSite switch
                {
                    SameSite.Lax => SameSiteMode.Lax,
                    SameSite.Strict => SameSiteMode.Strict,
                    _ => SameSiteMode.None,
                },
                Secure = cookie.Secure ?? false,
            });
        }

        public override IHttpCookie CreateNew() => throw new NotSupportedException("As in the real package: make an HttpCookie and append it.");
    }
}
