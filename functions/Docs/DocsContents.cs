using System.Text;
using Crm.Platform.Http;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace Crm.Docs;

/// <summary>What there is to serve: each made when somebody first asks for it, so that no start waits for it.</summary>
public sealed class DocsContents
{
    /// <summary>Where the package keeps the script of its page, compressed.</summary>
    private const string ScriptResource = "ScalarStaticAssets.scalar.js";

    /// <summary>The page loads its script and asks the API, both from where it came itself. Styles are put in by the script.</summary>
    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Nothing is loaded from anywhere else, and nothing is told to anybody.</summary>
    private const string PageText = """
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>CRM API</title>
          <link rel="icon" href="data:,">
        </head>
        <body>
          <script id="api-reference" data-url="openapi.json" data-configuration='{"withDefaultFonts":false,"telemetry":false,"hideClientButton":true,"showDeveloperTools":"never","agent":{"disabled":true},"mcp":{"disabled":true},"authentication":{"preferredSecurityScheme":"signIn"}}'></script>
          <script src="docs/scalar.js"></script>
        </body>
        </html>
        """;

    private readonly Lazy<Task<ServedContent>> _description;
    private readonly Lazy<ServedContent> _page = new(() => ServedContent.Of(Encoding.UTF8.GetBytes(PageText), $"{MediaTypes.Html}; charset=utf-8", PagePolicy));
    private readonly Lazy<ServedContent> _script = new(() => ServedContent.OfCompressed(ReadScript(), MediaTypes.JavaScript));

    internal DocsContents(ApiDocument document) => _description = new(() => DescribeAsync(document));

    internal ServedContent Page => _page.Value;

    internal ServedContent Script => _script.Value;

    internal Task<ServedContent> DescriptionAsync() => _description.Value;

    private static async Task<ServedContent> DescribeAsync(ApiDocument document)
    {
        using var json = new MemoryStream();
        await document.Make(typeof(DocsContents).Assembly.GetTypes()).SerializeAsync(
            json, OpenApiSpecVersion.OpenApi3_1, OpenApiConstants.Json, new OpenApiJsonWriterSettings { Terse = true }, CancellationToken.None);
        return ServedContent.Of(json.ToArray(), MediaTypes.Json);
    }

    private static byte[] ReadScript()
    {
        using var resource = typeof(ScalarOptions).Assembly.GetManifestResourceStream(ScriptResource)
            ?? throw new InvalidOperationException($"Scalar.AspNetCore has no resource {ScriptResource} in this version.");
        using var script = new MemoryStream();
        resource.CopyTo(script);
        return script.ToArray();
    }
}
