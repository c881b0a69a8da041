using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Platform.Json;
using Microsoft.AspNetCore.Http;

namespace Crm.Platform.Http;

/// <summary>Errors as problem details (RFC 9457). The one place where a kind of error gets its status.</summary>
public static class Problems
{
    public const string MediaType = "application/problem+json";

    public static IResult From(Error error) => new ProblemResult(error);

    /// <summary>What failed unexpectedly says nothing of why: that is in the log, under the request id.</summary>
    public static IResult Unexpected() => new ProblemResult(new Fault());

    private static (int Status, string Title) Describe(Error error) => error switch
    {
        BadRequest or InvalidGrant => (400, "Bad request"),
        Unauthorized => (401, "Unauthorized"),
        Forbidden => (403, "Forbidden"),
        NotFound => (404, "Not found"),
        Duplicate => (409, "Duplicate"),
        InvalidTransition => (409, "Invalid transition"),
        InUse => (409, "In use"),
        NotDeletable => (409, "Not deletable"),
        WrongState => (409, "Wrong state"),
        MadeByAction => (409, "Made by an action"),
        Conflict => (409, "Conflict"),
        Expired => (410, "Gone"),
        Stale => (412, "Precondition failed"),
        TooLarge => (413, "Content too large"),
        UnsupportedMediaType => (415, "Unsupported media type"),
        Invalid { Errors: var errors } when errors.Any(field => field.Code == "unknown-field") => (400, "Validation failed"),
        Invalid => (422, "Validation failed"),
        KeyReused => (422, "Idempotency key reused"),
        PreconditionRequired => (428, "Precondition required"),
        TooMany => (429, "Too many requests"),
        Busy => (503, "Service unavailable"),
        _ => (500, "Unexpected error"),
    };

    private static void AddMembers(JsonObject problem, Error error)
    {
        switch (error)
        {
            case InvalidGrant:
                // What OAuth clients look for.
                problem["error"] = "invalid_grant";
                break;
            case BadRequest { Parameters: var parameters, Fields: var fields }:
                problem["errors"] = new JsonArray([.. parameters.Select(Node), .. fields.Select(Node)]);
                break;
            case Forbidden { Fields: { Count: > 0 } fields }:
                problem["errors"] = new JsonArray([.. fields.Select(Node)]);
                break;
            case Invalid { Errors: var errors }:
                problem["errors"] = new JsonArray([.. errors.Select(Node)]);
                break;
            case Duplicate { Field: var field, Matches: var matches }:
                problem["field"] = field;
                problem["matches"] = new JsonArray([.. matches.Select(match => match.DeepClone())]);
                break;
            case InvalidTransition { Field: var field, Allowed: var allowed, Actions: var actions }:
                problem["field"] = field;
                problem["allowed"] = Node(allowed);
                if (actions.Count > 0)
                    problem["actions"] = Node(actions);
                break;
            case Expired { Oldest: { } oldest }:
                problem["oldest"] = oldest;
                break;
            case Stale { CurrentEtag: var etag, Clashes: var clashes }:
                problem["currentEtag"] = etag;
                if (clashes.Count > 0)
                    problem["clashes"] = new JsonArray([.. clashes.Select(Node)]);
                break;
        }
    }

    private static TimeSpan? RetryAfter(Error error) => error switch
    {
        Busy busy => busy.RetryAfter,
        TooMany often => often.RetryAfter,
        _ => null,
    };

    private static JsonNode? Node<T>(T value) => JsonSerializer.SerializeToNode(value, CrmJson.Options);

    private sealed record Fault() : Error("unexpected", "Something went wrong on our side. Nothing was changed unless a later read shows it.");

    private sealed class ProblemResult(Error error) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var (status, title) = Describe(error);
            var response = httpContext.Response;
            var problem = new JsonObject
            {
                ["type"] = $"urn:problem:crm:{error.Code}",
                ["title"] = title,
                ["status"] = status,
                ["code"] = error.Code,
                ["detail"] = error.Detail,
                ["instance"] = httpContext.Request.Path.Value,
                ["requestId"] = response.Headers[HeaderNames.RequestId].ToString(),
            };
            AddMembers(problem, error);
            if (RetryAfter(error) is { } wait)
                response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            if (error is Unauthorized { Presented: var presented })
                response.Headers.WWWAuthenticate = presented ? "Bearer realm=\"crm\", error=\"invalid_token\"" : "Bearer realm=\"crm\"";
            if (error is UnsupportedMediaType && HttpMethods.IsPatch(httpContext.Request.Method))
                response.Headers["Accept-Patch"] = MediaTypes.MergePatch;

            response.StatusCode = status;
            return response.WriteAsJsonAsync(problem, CrmJson.Options, MediaType, httpContext.RequestAborted);
        }
    }
}
