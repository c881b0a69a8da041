using System.Globalization;
using System.Text.Json;
using Crm.Platform.Json;
using Crm.Platform.Paging;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Crm.Platform.Http;

/// <summary>The query string of a route that knows a few parameters. Everything wrong with it is said at once.</summary>
internal sealed class QueryParameters
{
    private readonly ListOptions _lists;
    private const int MaxText = 4096;

    private readonly IQueryCollection _query;
    private readonly List<ParameterError> _errors = [];

    /// <param name="known">The names there may be.</param>
    public QueryParameters(HttpRequest request, params string[] known)
    {
        _query = request.Query;
        _lists = request.HttpContext.RequestServices.GetRequiredService<IOptions<ListOptions>>().Value;
        foreach (var (name, values) in _query)
        {
            if (!known.Contains(name))
                Refuse(name, "unknown-parameter", $"is not known here; known are {string.Join(", ", known)}");
            else if (values.Count != 1)
                Refuse(name, "repeated-parameter", "is given more than once");
            else if (values[0] is not { Length: > 0 and <= MaxText })
                Refuse(name, "invalid-value", $"has 1 to {MaxText} characters");
        }
    }

    /// <summary>What is wrong so far, or null.</summary>
    public BadRequest? Error => _errors.Count == 0 ? null : BadRequest.Of(_errors);

    public void Refuse(string parameter, string code, string detail) => _errors.Add(new ParameterError(parameter, code, detail));

    /// <summary>The text of a parameter; null where it is absent or refused.</summary>
    public string? Text(string name) => _errors.Exists(error => error.Parameter == name) ? null : _query[name] is [{ } text] ? text : null;

    /// <summary>A time as RFC 3339 writes it.</summary>
    public DateTimeOffset? Time(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (Rfc3339.TryParse(text, out var time))
            return time;

        Refuse(name, "invalid-time", "is a time such as 2026-01-31T08:00:00Z (RFC 3339); a + before an offset is written %2B");
        return null;
    }

    /// <summary>One of the names of a set, in camelCase.</summary>
    public T? OneOf<T>(string name) where T : struct, Enum
    {
        if (Text(name) is not { } text)
            return null;

        foreach (var value in Enum.GetValues<T>())
        {
            if (JsonNamingPolicy.CamelCase.ConvertName(value.ToString()) == text)
                return value;
        }

        Refuse(name, "invalid-value", $"is one of {string.Join(", ", Enum.GetNames<T>().Select(JsonNamingPolicy.CamelCase.ConvertName))}");
        return null;
    }

    /// <summary>Two times that bound a period.</summary>
    public (DateTimeOffset? From, DateTimeOffset? To) Period()
    {
        var (from, to) = (Time("from"), Time("to"));
        if (from > to)
            Refuse("from", "out-of-range", "is after to");
        return (from, to);
    }

    public int PageSize()
    {
        if (Text("maxpagesize") is not { } text)
            return _lists.DefaultPageSize;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size >= 1 && size <= _lists.MaxPageSize)
            return size;

        Refuse("maxpagesize", "out-of-range", $"is a number from 1 to {_lists.MaxPageSize}");
        return _lists.DefaultPageSize;
    }
}
