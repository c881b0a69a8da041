namespace Crm.Platform.Http;

/// <summary>One kind of error, as problems show it.</summary>
/// <param name="Codes">Every code it may have.</param>
internal sealed record ProblemKind(Type Error, int Status, string Title, params IReadOnlyList<string> Codes)
{
    /// <summary>Where one type of error is of several kinds.</summary>
    public Func<Error, bool> Where { get; init; } = _ => true;
}

/// <summary>What failed unexpectedly.</summary>
internal sealed record Fault() : Error("unexpected", "Something went wrong on our side. Nothing was changed unless a later read shows it.");

/// <summary>Every kind of error with its status and its codes: the one place where an error gets its status, and where clients learn what there may be.</summary>
internal static class ProblemKinds
{
    public static IReadOnlyList<ProblemKind> All { get; } =
    [
        new(typeof(BadRequest), 400, "Bad request",
            "filter-too-complex", "invalid-body", "invalid-cursor", "invalid-expand", "invalid-filter", "invalid-form", "invalid-idempotency-key", "invalid-if-match", "invalid-json", "invalid-orderby", "invalid-position", "invalid-select",
            "invalid-time", "invalid-value", "no-such-type", "not-filterable", "not-signed", "not-sortable", "out-of-range", "repeated-parameter", "stale", "unknown-collection", "unknown-field",
            "unknown-parameter", "unknown-reference", "unknown-value", "unsupported-filter", "unsupported-grant-type", "unsupported-orderby"),
        new(typeof(InvalidGrant), 400, "Bad request", "invalid-grant"),
        new(typeof(Invalid), 400, "Validation failed", "validation-failed") { Where = error => ((Invalid)error).Errors.Any(field => field.Code == "unknown-field") },
        new(typeof(Unauthorized), 401, "Unauthorized", "invalid-token", "unauthorized"),
        new(typeof(Forbidden), 403, "Forbidden", "forbidden"),
        new(typeof(NotFound), 404, "Not found", "not-found"),
        new(typeof(Duplicate), 409, "Duplicate", "duplicate"),
        new(typeof(InvalidTransition), 409, "Invalid transition", "invalid-transition"),
        new(typeof(InUse), 409, "In use", "in-use"),
        new(typeof(NotDeletable), 409, "Not deletable", "not-deletable"),
        new(typeof(WrongState), 409, "Wrong state", "invalid-state"),
        new(typeof(MadeByAction), 409, "Made by an action", "made-by-action"),
        new(typeof(Conflict), 409, "Conflict", "conflict"),
        new(typeof(Expired), 410, "Gone", "cursor-expired", "link-expired", "position-expired"),
        new(typeof(Stale), 412, "Precondition failed", "stale"),
        new(typeof(TooLarge), 413, "Content too large", "too-large"),
        new(typeof(UnsupportedMediaType), 415, "Unsupported media type", "unsupported-media-type"),
        new(typeof(Invalid), 422, "Validation failed", "validation-failed"),
        new(typeof(KeyReused), 422, "Idempotency key reused", "idempotency-key-reused"),
        new(typeof(PreconditionRequired), 428, "Precondition required", "if-match-required"),
        new(typeof(TooMany), 429, "Too many requests", "rate-limited", "too-many-attempts"),
        new(typeof(Fault), 500, "Unexpected error", "unexpected"),
        new(typeof(Busy), 503, "Service unavailable", "busy"),
    ];

    public static ProblemKind Of(Error error) => All.First(kind => kind.Error == error.GetType() && kind.Where(error));
}
