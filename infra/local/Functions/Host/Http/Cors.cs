using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Crm.Local.Functions.Http;

/// <summary>
/// Cross-origin requests, as <c>Host.CORS</c> and <c>Host.CORSCredentials</c> in <c>local.settings.json</c> allow them. On Azure the platform does this
/// before the app is reached, so neither there nor here does the app see a preflight.
/// </summary>
internal sealed class Cors
{
    private const string Origin = "Access-Control-Allow-Origin";
    private readonly HashSet<string> _origins;
    private readonly bool _credentials;

    public Cors(IConfiguration configuration)
    {
        _origins = [.. (configuration["Host:CORS"] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(origin => origin.TrimEnd('/'))];
        _credentials = string.Equals(configuration["Host:CORSCredentials"], "true", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Marks the answer for an allowed origin; true for a preflight, which is answered by that alone.</summary>
    public bool Answers(HttpContext context)
    {
        var (request, headers) = (context.Request, context.Response.Headers);
        if (request.Headers.Origin is not [{ } origin] || !(_origins.Contains(origin) || _origins.Contains("*")))
            return false;

        headers[Origin] = _credentials || !_origins.Contains("*") ? origin : "*";
        headers.AccessControlExposeHeaders = "*";
        if (_credentials) headers.AccessControlAllowCredentials = "true";
        headers.Append("Vary", "Origin");
        if (!HttpMethods.IsOptions(request.Method) || StringValues.IsNullOrEmpty(request.Headers.AccessControlRequestMethod)) return false;

        headers.AccessControlAllowMethods = request.Headers.AccessControlRequestMethod;
        headers.AccessControlAllowHeaders = request.Headers.AccessControlRequestHeaders;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return true;
    }
}
