using System.Globalization;
using Crm.Platform.Json;
using Microsoft.AspNetCore.Http;

namespace Crm.Platform.Http;

/// <summary>Errors as problem details.</summary>
public static class Problems
{
    public const string MediaType = "application/problem+json";

    public static IResult From(Error error) => new ProblemResult(error);

    /// <summary>What failed unexpectedly says nothing of why: that is in the log, under the request id.</summary>
    public static IResult Unexpected() => new ProblemResult(new Fault());

    private static Problem With(Problem problem, Error error) => error switch
    {
        InvalidGrant => problem with { Error = "invalid_grant" },
        BadRequest { Parameters: var parameters, Fields: var fields } => problem with { Errors = [.. parameters.Select(ProblemDetail.Of), .. fields.Select(ProblemDetail.Of)] },
        Forbidden { Fields: { Count: > 0 } fields } => problem with { Errors = [.. fields.Select(ProblemDetail.Of)] },
        Invalid { Errors: var errors } => problem with { Errors = [.. errors.Select(ProblemDetail.Of)] },
        Duplicate { Field: var field, Matches: var matches } => problem with { Field = field, Matches = matches },
        InvalidTransition { Field: var field, Allowed: var allowed, Actions: var actions } => problem with { Field = field, Allowed = allowed, Actions = actions.Count > 0 ? actions : null },
        Stale { CurrentEtag: var etag, Clashes: var clashes } => problem with { CurrentEtag = etag, Clashes = clashes.Count > 0 ? clashes : null },
        _ => problem,
    };

    private static TimeSpan? RetryAfter(Error error) => error switch
    {
        Busy busy => busy.RetryAfter,
        TooMany often => often.RetryAfter,
        _ => null,
    };

    private sealed class ProblemResult(Error error) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var kind = ProblemKinds.Of(error);
            var response = httpContext.Response;
            var problem = new Problem(
                $"urn:problem:crm:{error.Code}", kind.Title, kind.Status, error.Code, error.Detail, httpContext.Request.Path.Value, response.Headers[HeaderNames.RequestId].ToString());
            if (RetryAfter(error) is { } wait)
                response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            if (error is Unauthorized { Presented: var presented })
                response.Headers.WWWAuthenticate = presented ? "Bearer realm=\"crm\", error=\"invalid_token\"" : "Bearer realm=\"crm\"";
            if (error is UnsupportedMediaType && HttpMethods.IsPatch(httpContext.Request.Method))
                response.Headers["Accept-Patch"] = MediaTypes.MergePatch;

            response.StatusCode = kind.Status;
            return response.WriteAsJsonAsync(With(problem, error), CrmJson.Options, MediaType, httpContext.RequestAborted);
        }
    }
}
