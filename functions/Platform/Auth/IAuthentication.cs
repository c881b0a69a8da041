using Microsoft.AspNetCore.Http;

namespace Crm.Platform.Auth;

/// <summary>Finds out who sends a request. Every way of signing in enters here.</summary>
public interface IAuthentication
{
    /// <summary>The caller that the request proves to be, or an <see cref="Unauthorized"/>.</summary>
    ValueTask<Result<Caller>> CallerAsync(HttpRequest request, CancellationToken cancellation);

    /// <summary>Whether the request carries the key of the deployment's operator.</summary>
    bool IsPlatform(HttpRequest request);
}
