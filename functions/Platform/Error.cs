using System.Text.Json.Nodes;

namespace Crm.Platform;

/// <summary>What is wrong with one field of a body, by JSON pointer as a URI fragment (RFC 6901, section 6).</summary>
/// <param name="Code">Contract; <paramref name="Detail"/> is not.</param>
public sealed record FieldError(string Pointer, string Code, string Detail);

/// <summary>What is wrong with one parameter of the query string.</summary>
/// <param name="Position">Where in the parameter's text, in characters from 0.</param>
public sealed record ParameterError(string Parameter, string Code, string Detail, int? Position = null);

/// <summary>An expected failure: returned, not thrown. <c>Platform/Http/ProblemKinds</c> gives each kind its status.</summary>
/// <param name="Code">Part of the API's contract.</param>
public abstract record Error(string Code, string Detail);

/// <summary>400: the request cannot be understood.</summary>
public sealed record BadRequest(string Code, string Detail) : Error(Code, Detail)
{
    public IReadOnlyList<ParameterError> Parameters { get; init; } = [];

    public IReadOnlyList<FieldError> Fields { get; init; } = [];

    public static BadRequest Of(params IReadOnlyList<ParameterError> errors) =>
        new(errors[0].Code, string.Join(' ', errors.Select(error => $"{error.Parameter}: {error.Detail}."))) { Parameters = errors };
}

/// <summary>422: understood, but not valid; 400 where a field is not known at all. Every wrong field at once.</summary>
public sealed record Invalid(IReadOnlyList<FieldError> Errors)
    : Error("validation-failed", Errors.Count == 1 ? "1 field is invalid." : $"{Errors.Count} fields are invalid.");

/// <summary>422: an Idempotency-Key came back with another body.</summary>
public sealed record KeyReused() : Error("idempotency-key-reused", "This Idempotency-Key was used with another body. Use a new key for a new request.");

/// <summary>400: nobody can be signed in by this (RFC 6749, section 5.2).</summary>
public sealed record InvalidGrant(string Detail) : Error("invalid-grant", Detail);

/// <summary>401: nobody knows who is asking.</summary>
/// <param name="Presented">Something was presented, and is not accepted.</param>
public sealed record Unauthorized(string Detail, bool Presented) : Error(Presented ? "invalid-token" : "unauthorized", Detail);

/// <summary>403: the caller may see this, but not do it.</summary>
public sealed record Forbidden(string Detail) : Error("forbidden", Detail)
{
    /// <summary>The fields that the caller may not change.</summary>
    public IReadOnlyList<FieldError> Fields { get; init; } = [];

    public static Forbidden Lacking(Auth.Right right, string collection) => new($"You may not {right.ToString().ToLowerInvariant()} {collection}.");

    public static Forbidden Lacking(Auth.SpecialGrant right) => new($"This takes the right {System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(right.ToString())}.");
}

/// <summary>404: not there, or not for this caller to see.</summary>
public sealed record NotFound(string Detail = "There is no such record.") : Error("not-found", Detail)
{
    public static NotFound Collection(string name) => new($"There is no collection '{name}'.");
}

/// <summary>409: a unique value belongs to another record.</summary>
/// <param name="Matches">The records that have it, as far as the caller may read them.</param>
public sealed record Duplicate(string Field, IReadOnlyList<JsonObject> Matches)
    : Error("duplicate", $"Another record has this {Field}.");

/// <summary>409: the state cannot move there.</summary>
public sealed record InvalidTransition(string Field, string From, string To, IReadOnlyList<string> Allowed, IReadOnlyList<string> Actions)
    : Error("invalid-transition", $"{Field} cannot go from '{From}' to '{To}'.");

/// <summary>409: others refer to the record.</summary>
public sealed record InUse(IReadOnlyList<string> Referrers)
    : Error("in-use", $"Other records refer to this one: {string.Join(", ", Referrers)}. Change or delete them first.");

/// <summary>409: the record is in a state in which it has to be kept.</summary>
public sealed record NotDeletable(string Reason) : Error("not-deletable", Reason);

/// <summary>409: the record is in a state in which this is not done.</summary>
public sealed record WrongState(string Detail) : Error("invalid-state", Detail);

/// <summary>409: records of this collection come into being by an action alone.</summary>
public sealed record MadeByAction(string Collection, string Route)
    : Error("made-by-action", $"{Collection} are not created by themselves: POST api/v1/{Route} makes them.");

/// <summary>409: two writes met; trying again is right.</summary>
public sealed record Conflict(string Detail) : Error("conflict", Detail);

/// <summary>410: the cursor is too old to go on from.</summary>
public sealed record Expired(string Code, string Detail) : Error(Code, Detail);

/// <summary>One field that both the caller and somebody else changed.</summary>
public sealed record Clash(string Pointer, JsonNode? Yours, JsonNode? Current, JsonNode? Base);

/// <summary>412: the record is no longer the one the caller read.</summary>
public sealed record Stale(string? CurrentEtag, IReadOnlyList<Clash> Clashes)
    : Error("stale", "The record has changed since you read it. Read it again, then repeat the change with its present ETag in If-Match.");

/// <summary>413: more than is accepted.</summary>
public sealed record TooLarge(string Detail) : Error("too-large", Detail);

/// <summary>415: not a content type this route takes.</summary>
public sealed record UnsupportedMediaType(string Expected)
    : Error("unsupported-media-type", $"Send the body as {Expected}.");

/// <summary>428: a write must say which version it changes (RFC 6585).</summary>
public sealed record PreconditionRequired()
    : Error("if-match-required", "Send If-Match with the record's ETag, or If-Match: * to change it whatever its version.");

/// <summary>503: try again after a moment.</summary>
public sealed record Busy(string Detail, TimeSpan RetryAfter) : Error("busy", Detail);

/// <summary>429: too often.</summary>
public sealed record TooMany(string Code, string Detail, TimeSpan RetryAfter) : Error(Code, Detail);
