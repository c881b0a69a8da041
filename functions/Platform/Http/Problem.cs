using System.Text.Json.Nodes;

namespace Crm.Platform.Http;

/// <summary>What went wrong, for a program and for a person (RFC 9457).</summary>
/// <param name="Type">Names the code as a URI.</param>
/// <param name="Code">Contract: what a client decides by.</param>
/// <param name="Detail">For people; it may be worded otherwise tomorrow.</param>
/// <param name="Instance">The path that was called.</param>
/// <param name="RequestId">What to name when asking about it.</param>
public sealed record Problem(string Type, string Title, int Status, string Code, string Detail, string? Instance, string RequestId)
{
    /// <summary>Everything that is wrong with the request, field by field and parameter by parameter.</summary>
    public IReadOnlyList<ProblemDetail>? Errors { get; init; }

    /// <summary>The field that is about.</summary>
    public string? Field { get; init; }

    /// <summary>Of a duplicate: the records that have the value, as far as the caller may read them.</summary>
    public IReadOnlyList<JsonObject>? Matches { get; init; }

    /// <summary>Of a move that is not made: where the state can go from here.</summary>
    public IReadOnlyList<string>? Allowed { get; init; }

    /// <summary>Of a move that is not made: the actions there are from here.</summary>
    public IReadOnlyList<string>? Actions { get; init; }

    /// <summary>Of a stale write: the record's ETag now.</summary>
    public string? CurrentEtag { get; init; }

    /// <summary>Of a stale write: the fields that both sides changed.</summary>
    public IReadOnlyList<Clash>? Clashes { get; init; }

    /// <summary>What OAuth clients look for.</summary>
    public string? Error { get; init; }
}

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Pointer">A field of the body, as a JSON pointer in a URI fragment (RFC 6901, section 6).</param>
/// <param name="Parameter">Or a parameter of the query string.</param>
/// <param name="Code">Contract.</param>
/// <param name="Position">Where in the parameter's text, in characters from 0.</param>
public sealed record ProblemDetail(string? Pointer, string? Parameter, string Code, string Detail, int? Position = null)
{
    internal static ProblemDetail Of(FieldError error) => new(error.Pointer, null, error.Code, error.Detail);

    internal static ProblemDetail Of(ParameterError error) => new(null, error.Parameter, error.Code, error.Detail, error.Position);
}
