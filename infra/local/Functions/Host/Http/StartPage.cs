using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;

namespace Crm.Local.Functions.Http;

/// <summary>What <c>/</c> answers: it belongs to the host.</summary>
internal sealed class StartPage(IReadOnlyList<FunctionRoute> routes)
{
    private readonly byte[] _html = Encoding.UTF8.GetBytes(Render(routes));

    public async Task WriteAsync(HttpContext http)
    {
        if (!HttpMethods.IsGet(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.ContentLength = _html.Length;
        await http.Response.Body.WriteAsync(_html, http.RequestAborted);
    }

    private static string Render(IReadOnlyList<FunctionRoute> routes)
    {
        var rows = string.Concat(routes.Select(Row));
        return $$"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Local functions host</title>
            <style>
            :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
            body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
            table { border-collapse: collapse; width: 100%; }
            th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); overflow-wrap: anywhere; }
            </style>
            </head>
            <body>
            <h1>Local functions host</h1>
            <p>The app runs on this machine as it would on Azure Functions. It answers these {{routes.Count}} routes:</p>
            <table>
            <tr><th>Methods</th><th>Route</th><th>Function</th></tr>
            {{rows}}</table>
            </body>
            </html>
            """;
    }

    private static string Row(FunctionRoute route)
    {
        var methods = route.Methods.Count == 0 ? "any" : string.Join(", ", route.Methods.Select(method => method.ToUpperInvariant()));
        var path = HtmlEncoder.Default.Encode("/" + route.Text.TrimStart('/'));
        var link = route.IsCallableAsIs ? $"<a href=\"{path}\"><code>{path}</code></a>" : $"<code>{path}</code>";
        return $"<tr><td>{HtmlEncoder.Default.Encode(methods)}</td><td>{link}</td><td>{HtmlEncoder.Default.Encode(route.Function.Name)}</td></tr>\n";
    }
}
