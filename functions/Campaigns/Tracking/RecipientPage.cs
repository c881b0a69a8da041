using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;

namespace Crm.Campaigns.Tracking;

/// <summary>A page for somebody who followed a link in a mail: a heading, a sentence, and a button where there is something to decide.</summary>
/// <param name="Form">What the button posts to the page's own address; null for a page that asks nothing. The button says what the heading says.</param>
internal sealed record RecipientPage(string Language, int Status, string Title, string Detail, PageForm? Form = null) : IResult
{
    private const string Style =
        "body{margin:0;font:1.125rem/1.5 system-ui,sans-serif;color:#1b1b1b;background:#fff}main{max-width:34rem;margin:15vh auto;padding:0 1.5rem}" +
        "h1{font-size:1.5rem;overflow-wrap:anywhere}p{overflow-wrap:anywhere}button{font:inherit;color:#fff;background:#1b4f9c;border:0;border-radius:.4rem;padding:.6rem 1.4rem;cursor:pointer}" +
        "button:focus-visible{outline:3px solid #1b1b1b;outline-offset:3px}";

    /// <summary>Nothing but this style and a form that comes back here.</summary>
    private static readonly string Policy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Letters as they are: only what HTML itself demands is escaped.</summary>
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(System.Text.Unicode.UnicodeRanges.All);

    public static RecipientPage NoLink(Wording words) => new(words.Language, StatusCodes.Status404NotFound, words.NoLink, words.NoLinkDetail);

    public static RecipientPage Expired(Wording words) => new(words.Language, StatusCodes.Status410Gone, words.Expired, words.ExpiredDetail);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Robots-Tag"] = "noindex";
        response.StatusCode = Status;
        response.ContentType = "text/html; charset=utf-8";
        return response.WriteAsync(Html(), httpContext.RequestAborted);
    }

    private string Html()
    {
        var form = Form is null ? "" : $"""
            <form method="post"><button type="submit" name="{Form.Field}" value="{Form.Value}">{Encoder.Encode(Title)}</button></form>
            """;
        return $"""
            <!DOCTYPE html>
            <html lang="{Language}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Encoder.Encode(Title)}</title>
            <style>{Style}</style>
            </head>
            <body>
            <main>
            <h1>{Encoder.Encode(Title)}</h1>
            <p>{Encoder.Encode(Detail)}</p>
            {form}
            </main>
            </body>
            </html>

            """;
    }
}
